import { setTimeout as sleep } from "node:timers/promises";
import { AV_LOG_QUIET, AVERROR_EAGAIN, AVERROR_EOF, AVMEDIA_TYPE_VIDEO, AVSEEK_FLAG_BACKWARD } from "node-av/constants";
import {
  Dictionary,
  FFmpegError,
  FormatContext,
  InputFormat,
  Log,
  Frame as NativeFrame,
  Packet,
  type Stream,
} from "node-av/lib";
import type { CameraConfig } from "../config/schema.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../observe/log.ts";
import { Decoder } from "./decoder.ts";
import { openFailure, openTimeout } from "./failure.ts";
import type { FrameSource, SourceEvents } from "./frame.ts";
import { type Input, inputOf } from "./input.ts";
import { Gallery } from "./picture.ts";
import { SilenceWatch, StalledError } from "./silence.ts";
import { Timeline } from "./timeline.ts";

export interface SourceDeps {
  clock: Clock;
  log: Logger;
}

/** How long the first picture may take after the stream was opened: cameras send key frames up to 10 s apart. */
const FIRST_PICTURE_MS = 12_000;
const ASSUMED_FPS = 15;
/** Damaged pictures are reported at most this often. */
const REPORT_MS = 10_000;

// What goes wrong is thrown here, with its remedy; libav's own lines may hold the password.
Log.setLevel(AV_LOG_QUIET);

/**
 * Reads and decodes a stream with libav in this process. Reading and decoding run on libuv's threads, one of which each
 * live camera occupies while it waits for a packet.
 */
export class LibavSource implements FrameSource {
  readonly camera: string;
  readonly #config: CameraConfig;
  readonly #deps: SourceDeps;
  readonly #input: () => Input;
  readonly #gallery: Gallery;
  #sequence = 0;

  /** `input`: where to read instead of the camera's own address, for another process that stands between. */
  constructor(camera: CameraConfig, deps: SourceDeps, input = () => inputOf(camera)) {
    this.camera = camera.name;
    this.#config = camera;
    this.#deps = deps;
    this.#input = input;
    this.#gallery = new Gallery(camera.name);
  }

  async run(events: SourceEvents, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const input = this.#input();
    const attempt = new Attempt(this.#config, this.#deps, input, this.#gallery, signal);
    this.#gallery.open();
    try {
      await attempt.run(events, () => ++this.#sequence);
    } finally {
      await attempt.close();
      this.#gallery.close();
    }
  }
}

/** One attempt at a stream: from opening it to having freed everything. */
class Attempt {
  readonly #camera: CameraConfig;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #input: Input;
  readonly #gallery: Gallery;
  readonly #signal: AbortSignal;
  readonly #format = new FormatContext();
  readonly #packet = new Packet();
  readonly #native = new NativeFrame();
  readonly #onAbort = () => {
    this.#format.interrupt();
    this.#resume?.();
  };
  readonly #onClip: boolean;
  /** Ends the wait for a clip's frame to be released. */
  #resume: (() => void) | undefined;
  /** Why reading was interrupted. */
  #failed: Error | undefined;
  #decoder: Decoder | undefined;
  #silence: SilenceWatch | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #intervalMs = 1000 / ASSUMED_FPS;
  #lastFrameAt: number | undefined;
  #lastCapturedAt = Number.NEGATIVE_INFINITY;
  #arrivals = new Map<bigint, number>();
  #damaged = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(camera: CameraConfig, deps: SourceDeps, input: Input, gallery: Gallery, signal: AbortSignal) {
    this.#camera = camera;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#input = input;
    this.#gallery = gallery;
    this.#signal = signal;
    this.#onClip = input.kind === "file" && camera.pace === "clip";
    this.#format.allocContext();
    this.#packet.alloc();
    this.#native.alloc();
    signal.addEventListener("abort", this.#onAbort);
  }

  async run(events: SourceEvents, nextSequence: () => number): Promise<void> {
    const stream = await this.#open();
    if (!stream) return;
    const decoder = this.#decoder as Decoder;
    const isFile = this.#input.kind === "file";
    const announced = framesPerSecond(stream);
    if (announced > 0) this.#intervalMs = 1000 / announced;
    const shown = new Timeline(stream.timeBase, isFile);
    const read = new Timeline(stream.timeBase, isFile);
    let startedAt: number | undefined;
    let opened = false;

    const deliver = async (decodeStarted: number): Promise<void> => {
      for (;;) {
        const got = decoder.receive(this.#native);
        if (got === "damaged") this.#damage();
        if (got !== "picture") return;
        const now = this.#clock.now();
        const stamp = this.#native.bestEffortTimestamp;
        const pts = shown.seconds(stamp, this.#intervalMs / 1000);
        const arrivedAt = this.#arrivals.get(stamp) ?? decodeStarted;
        this.#arrivals.delete(stamp);
        // Pictures come in order of presentation, not of arrival: with B-frames a later one may have arrived earlier.
        const capturedAt = this.#onClip ? pts * 1000 : Math.max(arrivedAt, this.#lastCapturedAt);
        this.#lastCapturedAt = capturedAt;
        const wallTime = this.#onClip ? pts * 1000 : this.#clock.wall() - (now - capturedAt);
        this.#heard(now, decoder, announced);
        if (!opened) {
          opened = true;
          clearTimeout(this.#deadline);
          const fps = announced > 0 ? announced : decoder.fps;
          const size = { width: this.#native.width, height: this.#native.height };
          events.opened({ reader: "libav", codec: decoder.codec, decoder: decoder.name, size, fps });
          if (!isFile) this.#watchSilence();
        }
        const released = this.#onClip ? Promise.withResolvers<void>() : undefined;
        this.#resume = released?.resolve;
        const sequence = nextSequence();
        const decodeMs = now - decodeStarted;
        events.frame(
          this.#gallery.frame(this.#native, { sequence, capturedAt, wallTime, pts, decodeMs }, released?.resolve),
        );
        await released?.promise;
        if (this.#signal.aborted) return;
      }
    };

    while (!this.#signal.aborted) {
      const code = await this.#format.readFrame(this.#packet);
      if (this.#signal.aborted) return;
      if (this.#failed) throw this.#failed;
      if (code === AVERROR_EAGAIN) continue;
      if (code === AVERROR_EOF && isFile) {
        await decoder.send(null);
        await deliver(this.#clock.now());
        if (!this.#camera.loop || this.#signal.aborted || !opened) break;
        await this.#rewind(stream);
        shown.restart(this.#intervalMs / 1000);
        read.restart(this.#intervalMs / 1000);
        continue;
      }
      if (code < 0) throw this.#lost(code);
      if (this.#packet.streamIndex !== stream.index) {
        this.#packet.unref();
        continue;
      }
      if (isFile && !this.#onClip) {
        const due = read.seconds(this.#packet.dts, this.#intervalMs / 1000) * 1000;
        startedAt ??= this.#clock.now() - due;
        await this.#until(startedAt + due);
        if (this.#signal.aborted) return;
      }
      const arrivedAt = this.#clock.now();
      this.#remember(this.#packet.pts, arrivedAt);
      const accepted = await decoder.send(this.#packet);
      this.#packet.unref();
      if (accepted) await deliver(arrivedAt);
      else this.#damage();
    }
    if (!opened && !this.#signal.aborted)
      throw new Error(
        `cameras.${this.#camera.name}.url: ${this.#input.shown} holds no picture that can be decoded; check the file`,
      );
  }

  /** Waits for whatever still runs, then frees the connection and the decoder. */
  async close(): Promise<void> {
    clearTimeout(this.#deadline);
    this.#silence?.stop();
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#decoder?.free();
    this.#packet.free();
    this.#native.free();
    await this.#format.closeInput();
  }

  async #open(): Promise<Stream | undefined> {
    const { url, format, options, kind } = this.#input;
    this.#within(this.#input.openMs, "stream");
    const known = format === undefined ? null : InputFormat.findInputFormat(format);
    const dictionary = Dictionary.fromObject(options);
    const code = await this.#format.openInput(url, known, dictionary);
    dictionary.free();
    if (this.#signal.aborted) return undefined;
    if (this.#failed) throw this.#failed;
    if (code < 0) throw openFailure(this.#camera, this.#input, code);
    // A camera's description names its codec and the first key frame brings the rest. Analysing the stream, as libav's
    // tools do, would cost up to 5 s, or, unbuffered, the first key frame.
    if (kind !== "rtsp" || this.#video() === undefined) {
      const analysed = await this.#format.findStreamInfo(null);
      if (this.#signal.aborted) return undefined;
      if (this.#failed) throw this.#failed;
      if (analysed < 0) throw openFailure(this.#camera, this.#input, analysed);
    }
    const stream = this.#video();
    const key = `cameras.${this.#camera.name}`;
    if (!stream) throw new Error(`${key}.url: ${this.#input.shown} has no video stream; check the path`);
    this.#decoder = await Decoder.open(stream, this.#camera.hardware, key);
    this.#within(FIRST_PICTURE_MS, "picture");
    return stream;
  }

  #video(): Stream | undefined {
    return this.#format.streams?.find((stream) => stream.codecpar.codecType === AVMEDIA_TYPE_VIDEO);
  }

  /** Breaks the current step off unless it is over in `ms`. */
  #within(ms: number, awaited: string): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#fail(openTimeout(this.#camera, this.#input, ms, awaited)), ms);
  }

  #watchSilence(): void {
    this.#silence = new SilenceWatch(this.#clock, this.#intervalMs, (silentMs, limitMs) =>
      this.#fail(new StalledError(this.#camera.name, silentMs, limitMs)),
    );
  }

  #fail(error: Error): void {
    this.#failed ??= error;
    this.#format.interrupt();
  }

  #heard(now: number, decoder: Decoder, announced: number): void {
    // Cameras drop their rate in the dark: what comes counts, unless less than announced was seen so far.
    const atMost = 1000 / (announced || decoder.fps || ASSUMED_FPS);
    const seen = this.#lastFrameAt === undefined ? atMost : now - this.#lastFrameAt;
    this.#intervalMs = Math.max(atMost, this.#intervalMs + (seen - this.#intervalMs) / 8);
    this.#lastFrameAt = now;
    this.#silence?.heard(now, this.#intervalMs);
  }

  #remember(pts: bigint, arrivedAt: number): void {
    // Packets whose picture never came must not pile up.
    if (this.#arrivals.size > 64) this.#arrivals.clear();
    this.#arrivals.set(pts, arrivedAt);
  }

  #damage(): void {
    this.#damaged += 1;
    const now = this.#clock.now();
    if (now - this.#reportedAt < REPORT_MS) return;
    this.#reportedAt = now;
    this.#log.warn({ camera: this.#camera.name, damaged: this.#damaged }, "damaged pictures skipped");
  }

  async #rewind(stream: Stream): Promise<void> {
    const start = stream.startTime;
    const code = await this.#format.seekFrame(stream.index, start < 0n ? 0n : start, AVSEEK_FLAG_BACKWARD);
    FFmpegError.throwIfError(code, `starting ${this.#input.shown} again`);
    this.#decoder?.flush();
  }

  async #until(due: number): Promise<void> {
    const wait = due - this.#clock.now();
    if (wait >= 1) await sleep(wait, undefined, { signal: this.#signal }).catch(() => {});
  }

  #lost(code: number): Error {
    const why = code === AVERROR_EOF ? "closed by the other side" : FFmpegError.strerror(code);
    return new Error(`${this.#camera.name}: the stream from ${this.#input.shown} broke off (${why})`);
  }
}

function framesPerSecond(stream: Stream): number {
  const { num, den } = stream.avgFrameRate;
  return num > 0 && den > 0 ? num / den : 0;
}
