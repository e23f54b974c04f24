import { FFmpegError, Frame as NativeFrame } from "node-av/lib";
import type { Frame, Size } from "./frame.ts";
import { Painter } from "./painter.ts";

let held = 0;

/** Decoded pictures of this process that nobody has released yet. */
export function heldPictures(): number {
  return held;
}

/** When a picture was taken and how long it took to decode. */
export interface Stamp {
  capturedAt: number;
  wallTime: number;
  cameraTime: number;
  pts: number;
  decodeMs: number;
}

/**
 * Where one source's pictures come from, are counted, and go back to: empty frames are used again, and the scalers live
 * as long as there is a stream or a picture to paint.
 */
export class Gallery {
  readonly camera: string;
  readonly #spare: NativeFrame[] = [];
  readonly #painter = new Painter();
  #out = 0;
  #sequence = 0;
  #open = false;

  constructor(camera: string) {
    this.camera = camera;
  }

  open(): void {
    this.#open = true;
  }

  /** The stream has ended: what is not held is freed now, the rest when it is released. */
  close(): void {
    this.#open = false;
    this.#freeIfUnused();
  }

  /** Moves `native`'s picture into a Frame of its own, with the next number; `native` is left empty. */
  frame(native: NativeFrame, stamp: Stamp, released?: () => void): Frame {
    const own = this.#spare.pop() ?? allocated();
    const code = own.ref(native);
    native.unref();
    FFmpegError.throwIfError(code, "keeping a picture");
    this.#out += 1;
    held += 1;
    this.#sequence += 1;
    return new Picture(this.camera, this.#sequence, stamp, own, this.#painter, () => {
      own.unref();
      this.#spare.push(own);
      this.#out -= 1;
      held -= 1;
      this.#freeIfUnused();
      released?.();
    });
  }

  #freeIfUnused(): void {
    if (this.#open || this.#out > 0) return;
    for (const native of this.#spare) native.free();
    this.#spare.length = 0;
    this.#painter.free();
  }
}

class Picture implements Frame {
  readonly camera: string;
  readonly sequence: number;
  readonly capturedAt: number;
  readonly wallTime: number;
  readonly cameraTime: number;
  readonly pts: number;
  readonly decodeMs: number;
  readonly size: Size;
  #native: NativeFrame | undefined;
  readonly #painter: Painter;
  readonly #released: () => void;

  constructor(
    camera: string,
    sequence: number,
    stamp: Stamp,
    native: NativeFrame,
    painter: Painter,
    released: () => void,
  ) {
    this.camera = camera;
    this.sequence = sequence;
    this.capturedAt = stamp.capturedAt;
    this.wallTime = stamp.wallTime;
    this.cameraTime = stamp.cameraTime;
    this.pts = stamp.pts;
    this.decodeMs = stamp.decodeMs;
    this.size = { width: native.width, height: native.height };
    this.#native = native;
    this.#painter = painter;
    this.#released = released;
  }

  paint(into: Uint8Array, size: Size): number {
    if (!this.#native) throw new Error(`${this.camera}: frame ${this.sequence} was painted after its release`);
    download(this.#native);
    return this.#painter.paint(this.#native, into, size);
  }

  release(): void {
    if (!this.#native) throw new Error(`${this.camera}: frame ${this.sequence} was released twice`);
    this.#native = undefined;
    this.#released();
  }
}

/** Brings a picture from the hardware decoder's memory into main memory, if it lies there; `native` holds it from then on. */
export function download(native: NativeFrame): void {
  if (!native.isHwFrame()) return;
  const local = allocated();
  const code = native.hwframeTransferDataSync(local);
  if (code >= 0) {
    local.copyProps(native);
    native.unref();
    native.ref(local);
  }
  local.free();
  FFmpegError.throwIfError(code, "fetching a picture from the hardware decoder");
}

/** An empty picture, to be filled by libav and freed by the caller. */
export function allocated(): NativeFrame {
  const native = new NativeFrame();
  native.alloc();
  return native;
}
