import {
  AV_PIX_FMT_NONE,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  type FFDecoderCodec,
  type FFHWDeviceType,
} from "node-av/constants";
import {
  Codec,
  CodecContext,
  type CodecParameters,
  FFmpegError,
  HardwareDeviceContext,
  type Frame as NativeFrame,
  type Packet,
  type Rational,
} from "node-av/lib";
import { UsageError } from "../lib/failure.ts";

/** Decoders that are their own hardware, named `<codec>_<name>`. */
const NAMED = ["rkmpp", "v4l2m2m"];
/** Device types of libav's hardware acceleration, the likeliest on an edge device first. */
const DEVICES = ["vaapi", "cuda", "drm"];
const METHOD_HW_DEVICE_CTX = 1;
/** Pictures that live outside the decoder at once: in the gate, in vision and on the page. */
const EXTRA_HARDWARE_FRAMES = 6;

/** What a decoder must know of the coded video; libav's streams are such. */
export interface Coded {
  readonly codecpar: CodecParameters;
  /** Seconds that one step of a packet's time stamp means. */
  readonly timeBase: Rational;
}

interface Choice {
  name: string;
  context: CodecContext;
  device: HardwareDeviceContext | undefined;
}

/**
 * One stream's decoder. Hardware is tried first if asked for; what was really used is known, and readable as `name`, once
 * the first picture is out: a decoder that only promised hardware gives way to software with the packet it choked on.
 *
 * Threads: one. libav's default (a thread per frame) holds back a frame per thread, and costs 12 % more CPU on
 * 1080p H.264; slice threads gain nothing on the one-slice pictures that cameras send.
 */
export class Decoder {
  readonly #coded: Coded;
  readonly #codec: Codec;
  readonly #mayFallBack: boolean;
  #choice: Choice;
  #proven = false;

  private constructor(coded: Coded, codec: Codec, choice: Choice, mayFallBack: boolean) {
    this.#coded = coded;
    this.#codec = codec;
    this.#choice = choice;
    this.#mayFallBack = mayFallBack;
  }

  /** Opens the best decoder for `coded`. Throws UsageError when nothing here decodes it or the named hardware does not exist. */
  static async open(coded: Coded, hardware: string, key: string): Promise<Decoder> {
    const codec = Codec.findDecoder(coded.codecpar.codecId);
    if (!codec)
      throw new UsageError(`${key}.url: no decoder for this camera's video; set the camera to H.264 or H.265`);
    const wanted = hardware === "auto" ? [...NAMED, ...DEVICES] : hardware === "none" ? [] : [hardware];
    for (const name of wanted) {
      const choice = await openHardware(coded, codec, name);
      if (choice) return new Decoder(coded, codec, choice, hardware === "auto");
    }
    if (wanted.length > 0 && hardware !== "auto")
      throw new UsageError(
        `${key}.hardware: ${hardware} does not decode ${codec.name} on this machine; use auto, none or another decoder`,
      );
    return new Decoder(coded, codec, await openSoftware(coded, codec), false);
  }

  get codec(): string {
    return this.#codec.name ?? "unknown";
  }

  /** The hardware in use, or `software`. */
  get name(): string {
    return this.#choice.name;
  }

  /** Frames per second that the coded video itself announces; 0 when it does not. */
  get fps(): number {
    const { num, den } = this.#choice.context.framerate;
    return den > 0 ? num / den : 0;
  }

  /** Decodes a packet, off the main thread; null drains. Whether libav accepted it. */
  async send(packet: Packet | null): Promise<boolean> {
    const code = await this.#choice.context.sendPacket(packet);
    if (code >= 0 || this.#proven || !this.#mayFallBack) return code >= 0;
    await this.#fallBack();
    return (await this.#choice.context.sendPacket(packet)) >= 0;
  }

  /** Moves the next picture into `into`. `again`: needs another packet; `end`: drained; `damaged`: a picture was lost. */
  receive(into: NativeFrame): "picture" | "again" | "end" | "damaged" {
    // Decoding has happened in `send`; this only fetches, so it does not hold up the main thread.
    const code = this.#choice.context.receiveFrameSync(into);
    if (code === AVERROR_EAGAIN) return "again";
    if (code === AVERROR_EOF) return "end";
    if (code < 0) return "damaged";
    if (!this.#proven) {
      this.#proven = true;
      // A device decoder may hand back software pictures: then that is what it is.
      if (this.#choice.device && !into.isHwFrame()) this.#choice.name = "software";
    }
    return "picture";
  }

  /** Forgets what is inside, for a jump in the stream. */
  flush(): void {
    this.#choice.context.flushBuffers();
  }

  free(): void {
    free(this.#choice);
  }

  async #fallBack(): Promise<void> {
    free(this.#choice);
    this.#choice = await openSoftware(this.#coded, this.#codec);
    this.#proven = true;
  }
}

function free({ context, device }: Choice): void {
  context.freeContext();
  device?.free();
}

function prepared(coded: Coded, codec: Codec): CodecContext {
  const context = new CodecContext();
  context.allocContext3(codec);
  FFmpegError.throwIfError(context.parametersToContext(coded.codecpar), "reading the stream's parameters");
  context.threadCount = 1;
  context.pktTimebase = coded.timeBase;
  return context;
}

async function openSoftware(coded: Coded, codec: Codec): Promise<Choice> {
  const context = prepared(coded, codec);
  const code = await context.open2(codec, null);
  if (code < 0) context.freeContext();
  FFmpegError.throwIfError(code, `opening the ${codec.name} decoder`);
  return { name: "software", context, device: undefined };
}

async function openHardware(coded: Coded, codec: Codec, name: string): Promise<Choice | undefined> {
  const own = Codec.findDecoderByName(`${codec.name}_${name}` as FFDecoderCodec);
  if (own && NAMED.includes(name)) {
    const context = prepared(coded, own);
    if ((await context.open2(own, null)) >= 0) return { name, context, device: undefined };
    context.freeContext();
    return undefined;
  }
  const pixels = hardwarePixels(codec, name);
  if (pixels === AV_PIX_FMT_NONE) return undefined;
  const device = new HardwareDeviceContext();
  const type = HardwareDeviceContext.findTypeByName(name as FFHWDeviceType);
  if (device.create(type, null, null) < 0) {
    device.free();
    return undefined;
  }
  const context = prepared(coded, codec);
  context.hwDeviceCtx = device;
  context.extraHWFrames = EXTRA_HARDWARE_FRAMES;
  context.setHardwarePixelFormat(pixels);
  if ((await context.open2(codec, null)) >= 0) return { name, context, device };
  free({ name, context, device });
  return undefined;
}

function hardwarePixels(codec: Codec, name: string) {
  const type = HardwareDeviceContext.findTypeByName(name as FFHWDeviceType);
  for (let index = 0; ; index += 1) {
    const config = codec.getHwConfig(index);
    if (!config) return AV_PIX_FMT_NONE;
    if (config.deviceType === type && (config.methods & METHOD_HW_DEVICE_CTX) !== 0) return config.pixFmt;
  }
}
