import {
  AV_PIX_FMT_RGB24,
  AVCOL_RANGE_JPEG,
  AVCOL_SPC_BT470BG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_RGB,
  AVCOL_SPC_UNSPECIFIED,
} from "node-av/constants";
import { FFmpegError, Frame as NativeFrame, SoftwareScaleContext } from "node-av/lib";
import type { Size } from "./frame.ts";

const GREY = 114;
const CHANNELS = 3;
/** Sizes that are kept ready: one camera is painted for a model tier or two, for the page, and to see what moves. */
const KEPT = 5;

interface Canvas {
  key: string;
  scaler: SoftwareScaleContext;
  target: NativeFrame;
  /** The memory of `target`, rows without padding. */
  pixels: Uint8Array;
  width: number;
  height: number;
}

/**
 * Scales and converts decoded pictures to RGB inside libswscale, one scaler per pair of sizes, reused from frame to frame.
 * `area` averages what it leaves out, so that a distant person does not flicker between frames; on 1080p to 512x288 it
 * costs a third less than libav's default (bicubic).
 */
export class Painter {
  #canvases: Canvas[] = [];

  /** `Frame.paint` for a picture in main memory. */
  paint(picture: NativeFrame, into: Uint8Array, size: Size): number {
    const wanted = size.width * size.height * CHANNELS;
    if (into.length !== wanted)
      throw new RangeError(`paint: ${into.length} bytes given, ${size.width}x${size.height} RGB needs ${wanted}`);
    const scale = Math.min(size.width / picture.width, size.height / picture.height);
    const width = Math.max(1, Math.min(size.width, Math.round(picture.width * scale)));
    const height = Math.max(1, Math.min(size.height, Math.round(picture.height * scale)));
    const canvas = this.#canvas(picture, width, height);
    // Streams that do not say: BT.709 from 720 lines on, BT.601 below (ITU-R BT.709-6, BT.601-7).
    if (picture.colorSpace === AVCOL_SPC_UNSPECIFIED)
      picture.colorSpace = picture.height >= 720 ? AVCOL_SPC_BT709 : AVCOL_SPC_BT470BG;
    const code = canvas.scaler.scaleFrameSync(canvas.target, picture);
    if (code < 0) throw new Error(`libswscale cannot paint this picture: ${FFmpegError.strerror(code)}`);
    spread(canvas, into, size);
    return scale;
  }

  /** Frees every scaler; painting again makes new ones. */
  free(): void {
    for (const canvas of this.#canvases) free(canvas);
    this.#canvases = [];
  }

  #canvas(picture: NativeFrame, width: number, height: number): Canvas {
    const key = `${picture.width}x${picture.height} ${picture.format} ${width}x${height}`;
    const known = this.#canvases.find((canvas) => canvas.key === key);
    if (known) return known;
    const canvas = makeCanvas(key, width, height);
    this.#canvases.push(canvas);
    if (this.#canvases.length > KEPT) free(this.#canvases.shift() as Canvas);
    return canvas;
  }
}

function makeCanvas(key: string, width: number, height: number): Canvas {
  const target = new NativeFrame();
  target.alloc();
  target.width = width;
  target.height = height;
  target.format = AV_PIX_FMT_RGB24;
  target.colorRange = AVCOL_RANGE_JPEG;
  target.colorSpace = AVCOL_SPC_RGB;
  FFmpegError.throwIfError(target.getBuffer(1), "picture memory");
  const scaler = new SoftwareScaleContext();
  scaler.allocContext();
  scaler.setOption("sws_flags", "area");
  const [pixels] = target.data ?? [];
  if (!pixels) throw new Error("libav gave no picture memory");
  return { key, scaler, target, pixels, width, height };
}

function free(canvas: Canvas): void {
  canvas.scaler.freeContext();
  canvas.target.free();
}

/** Copies the painted picture to the top left of `into` and fills the rest with grey. */
function spread({ pixels, width, height }: Canvas, into: Uint8Array, size: Size): void {
  const row = width * CHANNELS;
  const stride = size.width * CHANNELS;
  if (width === size.width) {
    into.set(pixels.length === height * row ? pixels : pixels.subarray(0, height * row));
    if (height < size.height) into.fill(GREY, height * stride);
    return;
  }
  into.fill(GREY);
  for (let y = 0; y < height; y += 1) into.set(pixels.subarray(y * row, (y + 1) * row), y * stride);
}
