import { AVMEDIA_TYPE_VIDEO } from "node-av/constants";
import { CodecParameters, Rational } from "node-av/lib";
import type { CameraConfig } from "../../config/schema.ts";
import { Decoder } from "../decoder.ts";
import { Delivery } from "../delivery.ts";
import { cannotOpen, openTimeout } from "../failure.ts";
import type { DecodePath, FrameSource, SourceEvents } from "../frame.ts";
import { type Input, inputOf } from "../input.ts";
import { FIRST_PICTURE_MS, LibavSource, type SourceDeps } from "../libav.ts";
import { Gallery } from "../picture.ts";
import { Timeline } from "../timeline.ts";
import { addressOf } from "./address.ts";
import { Assembler } from "./assembler.ts";
import { Backlog } from "./backlog.ts";
import { codecOf, type VideoCodec } from "./codec.ts";
import { Refusal } from "./refusal.ts";
import { Reorder } from "./reorder.ts";
import { SenderClock, saysBye } from "./rtcp.ts";
import { RtpPacket } from "./rtp.ts";
import type { Video } from "./sdp.ts";
import { Session } from "./session.ts";

/**
 * Reads an RTSP camera and decodes its pictures in this process. libav's own RTSP reader knows that a picture is complete only
 * when the next one begins, a whole frame interval later; here the RTP marker tells at once. What this cannot read (codecs
 * other than H.264 and H.265) it leaves to libav, and `opened` says so.
 *
 *   camera ──RTSP, RTP──► Session ──packets──► Assembler ──pictures──► Backlog ──► Delivery ──► frames
 */
export class RtspSource implements FrameSource {
  readonly camera: string;
  readonly #config: CameraConfig;
  readonly #deps: SourceDeps;
  readonly #gallery: Gallery;
  readonly #libav: LibavSource;

  constructor(camera: CameraConfig, deps: SourceDeps) {
    this.camera = camera.name;
    this.#config = camera;
    this.#deps = deps;
    this.#gallery = new Gallery(camera.name);
    this.#libav = new LibavSource(camera, deps, { gallery: this.#gallery });
  }

  async run(events: SourceEvents, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const attempt = new Attempt(this.#config, this.#deps, inputOf(this.#config), this.#gallery, signal);
    this.#gallery.open();
    try {
      if (await attempt.run(events)) return;
      // Our connection stays until libav has its own: a server that tidies up behind the one refuses the other meanwhile.
      const opened = (path: DecodePath) => {
        attempt.close();
        events.opened(path);
      };
      await this.#libav.run(
        { opened, frame: (frame) => events.frame(frame), frozen: (reason) => events.frozen?.(reason) },
        signal,
      );
    } finally {
      attempt.close();
      this.#gallery.close();
    }
  }
}

/** One attempt at a stream: from connecting to having freed everything. */
class Attempt {
  readonly #camera: CameraConfig;
  readonly #deps: SourceDeps;
  readonly #input: Input;
  readonly #gallery: Gallery;
  readonly #signal: AbortSignal;
  /** Aborted when the caller aborts or something has failed. */
  readonly #stop = new AbortController();
  readonly #onAbort = () => this.#end();
  readonly #backlog = new Backlog(() => this.#delivery?.damage());
  /** Why the stream is over. */
  #failed: Error | undefined;
  #session: Session | undefined;
  #senderClock: SenderClock | undefined;
  #receive: ((bytes: Buffer, start: number, end: number) => void) | undefined;
  #decoder: Decoder | undefined;
  #delivery: Delivery | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(camera: CameraConfig, deps: SourceDeps, input: Input, gallery: Gallery, signal: AbortSignal) {
    this.#camera = camera;
    this.#deps = deps;
    this.#input = input;
    this.#gallery = gallery;
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort);
  }

  /** False when another reader is needed. */
  async run(events: SourceEvents): Promise<boolean> {
    const delivery = await this.#open(events).catch((error: unknown) => {
      if (this.#signal.aborted) return undefined;
      if (this.#failed) throw this.#failed;
      if (error instanceof Refusal) throw cannotOpen(this.#camera, this.#input, error.message, error.trouble);
      throw error;
    });
    while (delivery && !this.#signal.aborted) {
      if (this.#failed) throw this.#failed;
      const next = this.#backlog.take();
      if (next) {
        await delivery.send(next.packet, next.arrivedAt, next.cameraTime);
        this.#backlog.done(next.packet);
      } else await this.#backlog.waiting();
    }
    return delivery !== undefined || this.#signal.aborted;
  }

  close(): void {
    clearTimeout(this.#deadline);
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#session?.close();
    this.#delivery?.free();
    this.#decoder?.free();
    this.#backlog.free();
  }

  /** Nothing when the stream needs another reader. */
  async #open(events: SourceEvents): Promise<Delivery | undefined> {
    const key = `cameras.${this.#camera.name}`;
    this.#within(this.#input.openMs, "stream");
    const session = await Session.open(
      addressOf(this.#camera, this.#input),
      {
        rtp: (bytes, start, end) => this.#receive?.(bytes, start, end),
        rtcp: (bytes, start, end) => {
          this.#senderClock?.take(bytes, start, end);
          if (saysBye(bytes, start, end)) this.#lost("ended by the camera");
        },
        lost: (why) => this.#lost(why.message),
      },
      this.#stop.signal,
    );
    this.#session = session;
    this.#stop.signal.throwIfAborted();
    const { video } = session.description;
    if (!video) throw new Error(`${key}.url: ${this.#input.shown} has no video stream; check the path`);
    const codec = codecOf(video);
    if (!codec) return undefined;
    const timeBase = new Rational(1, video.clockRate);
    const codecpar = new CodecParameters();
    codecpar.alloc();
    codecpar.codecType = AVMEDIA_TYPE_VIDEO;
    codecpar.codecId = codec.id;
    this.#decoder = await Decoder.open({ codecpar, timeBase }, this.#camera.hardware, key);
    this.#delivery = new Delivery(
      { ...this.#deps, gallery: this.#gallery, stalled: (error) => this.#fail(error) },
      {
        reader: "rtsp",
        decoder: this.#decoder,
        timeline: new Timeline(timeBase, false),
        fps: video.fps,
        live: true,
        frozenAfterS: this.#camera.frozenAfterS,
        onClip: false,
      },
      {
        opened: (path) => {
          clearTimeout(this.#deadline);
          events.opened(path);
        },
        frame: (frame) => events.frame(frame),
        frozen: (reason) => events.frozen?.(reason),
      },
    );
    this.#receive = this.#receiver(video, codec, this.#delivery);
    await session.play(video);
    this.#within(FIRST_PICTURE_MS, "picture");
    return this.#delivery;
  }

  /** From packets to pictures; UDP alone mixes the order up. */
  #receiver(video: Video, codec: VideoCodec, delivery: Delivery): (bytes: Buffer, start: number, end: number) => void {
    const { clock } = this.#deps;
    const senderClock = new SenderClock(video.clockRate);
    this.#senderClock = senderClock;
    const assembler = new Assembler(
      { ...codec, payloadType: video.payloadType },
      {
        unit: (unit, time) => this.#backlog.push(unit, time, senderClock.wallTime(unit.source, unit.timestamp)),
        damaged: () => delivery.damage(),
      },
    );
    if (this.#input.options.rtsp_transport === "udp") {
      const reorder = new Reorder((packet, arrivedAt) => assembler.push(packet, arrivedAt));
      return (bytes) => reorder.push(bytes, clock.now());
    }
    const packet = new RtpPacket();
    return (bytes, start, end) => {
      if (packet.read(bytes, start, end)) assembler.push(packet, clock.now());
    };
  }

  /** Breaks the current step off unless it is over in `ms`. */
  #within(ms: number, awaited: string): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#fail(openTimeout(this.#camera, this.#input, ms, awaited)), ms);
  }

  /** While it is being opened, what broke tells the one who waits for it. */
  #lost(why: string): void {
    if (this.#delivery)
      this.#fail(new Error(`${this.#camera.name}: the stream from ${this.#input.shown} broke off (${why})`));
  }

  #fail(error: Error): void {
    this.#failed ??= error;
    this.#end();
  }

  #end(): void {
    this.#stop.abort();
    this.#delivery?.stop();
    this.#session?.close();
    this.#backlog.wake();
  }
}
