import type { Frame as NativeFrame, Packet } from "node-av/lib";
import type { Clock, Monotonic } from "../lib/clock.ts";
import type { Logger } from "../observe/log.ts";
import type { Decoder } from "./decoder.ts";
import type { DecodePath, SourceEvents } from "./frame.ts";
import { allocated, type Gallery } from "./picture.ts";
import { SilenceWatch, StalledError } from "./silence.ts";
import { Stillness } from "./stillness.ts";
import type { Timeline } from "./timeline.ts";

const ASSUMED_FPS = 15;
/** Damaged pictures are reported at most this often. */
const REPORT_MS = 10_000;
/** Packets whose picture is still awaited; the longest reordering (H.264 A.3.1: 16 pictures) stays far below. */
const AWAITED = 64;

interface Arrival {
  arrivedAt: Monotonic;
  cameraTime: number;
}

export interface Stream {
  /** Which implementation reads it. */
  reader: DecodePath["reader"];
  decoder: Decoder;
  timeline: Timeline;
  /** Frames per second that it announces; 0 when it announces none. */
  fps: number;
  /** Pictures arrive as they are taken, so silence means that something is wrong; not for files. */
  live: boolean;
  /** s without a changed pixel after which a live picture counts as frozen; null: never. */
  frozenAfterS: number | null;
  /** Time is the clip's own, and a picture comes only after the one before was released. */
  onClip: boolean;
}

/**
 * The part that every stream decoded in this process has in common: packets go into the decoder, pictures come out as
 * Frames with their times, and silence, damage and a picture that hangs are noticed.
 *
 *   packet + arrival ──► Decoder ──► picture ──► Frame (capturedAt = arrival of its packet) ──► events
 */
export class Delivery {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #gallery: Gallery;
  readonly #stream: Stream;
  readonly #events: SourceEvents;
  readonly #stalled: (error: StalledError) => void;
  readonly #native: NativeFrame = allocated();
  /** Of packets whose picture is awaited, by their time stamps. */
  readonly #arrivals = new Map<bigint, Arrival>();
  #silence: SilenceWatch | undefined;
  readonly #stillness: Stillness | undefined;
  #frozen = false;
  #intervalMs: number;
  #lastFrameAt: Monotonic | undefined;
  #lastCapturedAt = Number.NEGATIVE_INFINITY;
  #opened = false;
  #stopped = false;
  /** Ends the wait for a clip's frame to be released. */
  #resume: (() => void) | undefined;
  #damaged = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  /** `stalled` is told once when a live stream has been silent for too long after its first picture. */
  constructor(
    deps: { clock: Clock; log: Logger; gallery: Gallery; stalled: (error: StalledError) => void },
    stream: Stream,
    events: SourceEvents,
  ) {
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#gallery = deps.gallery;
    this.#stalled = deps.stalled;
    this.#stream = stream;
    this.#events = events;
    this.#intervalMs = 1000 / (stream.fps || ASSUMED_FPS);
    if (stream.live && stream.frozenAfterS !== null) this.#stillness = new Stillness(stream.frozenAfterS);
  }

  /** Whether a picture has come out. */
  get opened(): boolean {
    return this.#opened;
  }

  /** Ms between frames, as announced or seen. */
  get intervalMs(): number {
    return this.#intervalMs;
  }

  /**
   * Decodes a packet that arrived then, delivers what comes out, and leaves the packet empty. `cameraTime`: when it was taken by the
   * camera's clock, if that is known.
   */
  async send(packet: Packet, arrivedAt: Monotonic, cameraTime = Number.NaN): Promise<void> {
    // Packets whose picture never came must not pile up.
    if (this.#arrivals.size >= AWAITED) this.#arrivals.clear();
    this.#arrivals.set(packet.pts, { arrivedAt, cameraTime });
    const startedAt = this.#clock.now();
    const accepted = await this.#stream.decoder.send(packet);
    packet.unref();
    if (accepted) await this.#deliver(startedAt);
    else this.damage();
  }

  /** Delivers what the decoder still holds, at a stream's end. */
  async drain(): Promise<void> {
    await this.#stream.decoder.send(null);
    await this.#deliver(this.#clock.now());
  }

  /** The clip starts from its beginning again. */
  restart(): void {
    this.#stream.decoder.flush();
    this.#stream.timeline.restart(this.#intervalMs / 1000);
  }

  /** A picture was lost; before the first one that is usual: a stream is joined between its key frames. */
  damage(): void {
    if (!this.#opened) return;
    this.#damaged += 1;
    const now = this.#clock.now();
    if (now - this.#reportedAt < REPORT_MS) return;
    this.#reportedAt = now;
    this.#log.warn({ camera: this.#gallery.camera, damaged: this.#damaged }, "damaged pictures skipped");
  }

  /** Nothing is delivered from here on. */
  stop(): void {
    this.#stopped = true;
    this.#silence?.stop();
    this.#resume?.();
  }

  /** After the last `send` has ended. */
  free(): void {
    this.stop();
    this.#native.free();
  }

  async #deliver(startedAt: Monotonic): Promise<void> {
    const { decoder, timeline, onClip } = this.#stream;
    while (!this.#stopped) {
      const got = decoder.receive(this.#native);
      if (got === "damaged") this.damage();
      if (got !== "picture") return;
      const now = this.#clock.now();
      const wall = this.#clock.wall();
      const stamp = this.#native.bestEffortTimestamp;
      const pts = timeline.seconds(stamp, this.#intervalMs / 1000);
      const { arrivedAt, cameraTime } = this.#arrivals.get(stamp) ?? { arrivedAt: startedAt, cameraTime: Number.NaN };
      this.#arrivals.delete(stamp);
      // Pictures come in order of presentation, not of arrival: with B-frames a later one may have arrived earlier.
      const capturedAt = onClip ? pts * 1000 : Math.max(arrivedAt, this.#lastCapturedAt);
      this.#lastCapturedAt = capturedAt;
      const wallTime = onClip ? pts * 1000 : wall - (now - capturedAt);
      this.#heard(now);
      if (!this.#opened) this.#open();
      this.#watchStillness(now);
      const released = onClip ? Promise.withResolvers<void>() : undefined;
      this.#resume = released?.resolve;
      const decodeMs = now - startedAt;
      const times = { capturedAt, wallTime, cameraTime, pts, decodeMs };
      this.#events.frame(this.#gallery.frame(this.#native, times, released?.resolve));
      await released?.promise;
    }
  }

  #open(): void {
    this.#opened = true;
    const { reader, decoder, live } = this.#stream;
    const fps = this.#stream.fps || decoder.fps;
    const size = { width: this.#native.width, height: this.#native.height };
    this.#events.opened({ reader, codec: decoder.codec, decoder: decoder.name, size, fps });
    if (live && !this.#stopped)
      this.#silence = new SilenceWatch(this.#clock, this.#intervalMs, (silentMs, limitMs) =>
        this.#stalled(new StalledError(this.#gallery.camera, silentMs, limitMs)),
      );
  }

  #watchStillness(now: Monotonic): void {
    const frozen = this.#stillness?.see(this.#native, now) ?? this.#frozen;
    if (frozen === this.#frozen) return;
    this.#frozen = frozen;
    this.#events.frozen?.(
      frozen
        ? `not one pixel has changed for ${this.#stream.frozenAfterS} s although frames come: the camera hangs, is covered or sees only darkness; look at it, then restart it`
        : "",
    );
  }

  #heard(now: Monotonic): void {
    // Cameras drop their rate in the dark: what comes counts, unless less than announced was seen so far.
    const atMost = 1000 / (this.#stream.fps || this.#stream.decoder.fps || ASSUMED_FPS);
    const seen = this.#lastFrameAt === undefined ? atMost : now - this.#lastFrameAt;
    this.#intervalMs = Math.max(atMost, this.#intervalMs + (seen - this.#intervalMs) / 8);
    this.#lastFrameAt = now;
    this.#silence?.heard(now, this.#intervalMs);
  }
}
