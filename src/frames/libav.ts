import { setTimeout as sleep } from "node:timers/promises";
import { AV_LOG_QUIET, AVERROR_EAGAIN, AVERROR_EOF, AVMEDIA_TYPE_VIDEO, AVSEEK_FLAG_BACKWARD } from "node-av/constants";
import { Dictionary, FFmpegError, FormatContext, InputFormat, Log, Packet, type Stream } from "node-av/lib";
import type { CameraConfig } from "../config/schema.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../observe/log.ts";
import { Decoder } from "./decoder.ts";
import { Delivery } from "./delivery.ts";
import { openFailure, openTimeout } from "./failure.ts";
import type { FrameSource, SourceEvents } from "./frame.ts";
import { type Input, inputOf } from "./input.ts";
import { Gallery } from "./picture.ts";
import { Timeline } from "./timeline.ts";

export interface SourceDeps {
  clock: Clock;
  log: Logger;
}

/** How long the first picture may take after the stream was opened: cameras send key frames up to 10 s apart. */
export const FIRST_PICTURE_MS = 12_000;

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

  /**
   * `input`: where to read instead of the camera's own address, for another process that stands between; `gallery`: whose
   * pictures these are, for a source that leaves its streams to this one.
   */
  constructor(
    camera: CameraConfig,
    deps: SourceDeps,
    { input = () => inputOf(camera), gallery = new Gallery(camera.name) } = {},
  ) {
    this.camera = camera.name;
    this.#config = camera;
    this.#deps = deps;
    this.#input = input;
    this.#gallery = gallery;
  }

  async run(events: SourceEvents, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const input = this.#input();
    const attempt = new Attempt(this.#config, this.#deps, input, this.#gallery, signal);
    this.#gallery.open();
    try {
      await attempt.run(events);
    } finally {
      await attempt.close();
      this.#gallery.close();
    }
  }
}

/** One attempt at a stream: from opening it to having freed everything. */
class Attempt {
  readonly #camera: CameraConfig;
  readonly #deps: SourceDeps;
  readonly #clock: Clock;
  readonly #input: Input;
  readonly #gallery: Gallery;
  readonly #signal: AbortSignal;
  readonly #format = new FormatContext();
  readonly #packet = new Packet();
  readonly #onAbort = () => {
    this.#format.interrupt();
    this.#delivery?.stop();
  };
  readonly #onClip: boolean;
  /** Why reading was interrupted. */
  #failed: Error | undefined;
  #decoder: Decoder | undefined;
  #delivery: Delivery | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(camera: CameraConfig, deps: SourceDeps, input: Input, gallery: Gallery, signal: AbortSignal) {
    this.#camera = camera;
    this.#deps = deps;
    this.#clock = deps.clock;
    this.#input = input;
    this.#gallery = gallery;
    this.#signal = signal;
    this.#onClip = input.kind === "file" && camera.pace === "clip";
    this.#format.allocContext();
    this.#packet.alloc();
    signal.addEventListener("abort", this.#onAbort);
  }

  async run(events: SourceEvents): Promise<void> {
    const stream = await this.#open();
    if (!stream) return;
    const isFile = this.#input.kind === "file";
    const delivery = this.#deliverTo(events, stream);
    const read = new Timeline(stream.timeBase, isFile);
    let startedAt: number | undefined;

    while (!this.#signal.aborted) {
      const code = await this.#format.readFrame(this.#packet);
      if (this.#signal.aborted) return;
      if (this.#failed) throw this.#failed;
      if (code === AVERROR_EAGAIN) continue;
      if (code === AVERROR_EOF && isFile) {
        await delivery.drain();
        if (!this.#camera.loop || this.#signal.aborted || !delivery.opened) break;
        await this.#rewind(stream);
        delivery.restart();
        read.restart(delivery.intervalMs / 1000);
        continue;
      }
      if (code < 0) throw this.#lost(code);
      if (this.#packet.streamIndex !== stream.index) {
        this.#packet.unref();
        continue;
      }
      if (isFile && !this.#onClip) {
        const due = read.seconds(this.#packet.dts, delivery.intervalMs / 1000) * 1000;
        startedAt ??= this.#clock.now() - due;
        await this.#until(startedAt + due);
        if (this.#signal.aborted) return;
      }
      await delivery.send(this.#packet, this.#clock.now());
    }
    if (!delivery.opened && !this.#signal.aborted)
      throw new Error(
        `cameras.${this.#camera.name}.url: ${this.#input.shown} holds no picture that can be decoded; check the file`,
      );
  }

  /** Waits for whatever still runs, then frees the connection and the decoder. */
  async close(): Promise<void> {
    clearTimeout(this.#deadline);
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#delivery?.free();
    this.#decoder?.free();
    this.#packet.free();
    await this.#format.closeInput();
  }

  #deliverTo(events: SourceEvents, stream: Stream): Delivery {
    const isFile = this.#input.kind === "file";
    this.#delivery = new Delivery(
      { ...this.#deps, gallery: this.#gallery, stalled: (error) => this.#fail(error) },
      {
        reader: "libav",
        decoder: this.#decoder as Decoder,
        timeline: new Timeline(stream.timeBase, isFile),
        fps: framesPerSecond(stream),
        live: !isFile,
        frozenAfterS: this.#camera.frozenAfterS,
        onClip: this.#onClip,
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
    return this.#delivery;
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

  #fail(error: Error): void {
    this.#failed ??= error;
    this.#format.interrupt();
  }

  async #rewind(stream: Stream): Promise<void> {
    const start = stream.startTime;
    const code = await this.#format.seekFrame(stream.index, start < 0n ? 0n : start, AVSEEK_FLAG_BACKWARD);
    FFmpegError.throwIfError(code, `starting ${this.#input.shown} again`);
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
