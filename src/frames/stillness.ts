import { crc32 } from "node:zlib";
import type { Frame as NativeFrame } from "node-av/lib";
import type { Monotonic } from "../lib/clock.ts";
import { download } from "./picture.ts";

/** Key frames in a row with the same pixels; two may be one that was sent again. */
const LEAST_KEYS = 3;
/** Streams of key frames alone are not looked at more often, ms. */
const LOOK_EVERY_MS = 500;

/**
 * Tells a picture that hangs from a scene in which nothing happens. No sensor gives the same picture twice: its noise changes some
 * pixel of every key frame, which is coded anew, however hard it is compressed. So a camera whose key frames have the very same
 * pixels for long enough gives old pictures, or sees nothing but darkness. What lies between key frames says nothing: encoders
 * leave out what has hardly changed.
 *
 * Not found is a camera that hangs in front of its encoder while that goes on changing the quality, or draws a clock into the picture.
 */
export class Stillness {
  readonly #limitMs: number;
  #print: number | undefined;
  #since: Monotonic = 0;
  #lookedAt: Monotonic = Number.NEGATIVE_INFINITY;
  #keys = 0;

  /** `limitS`: how long nothing must change, s. */
  constructor(limitS: number) {
    this.#limitMs = limitS * 1000;
  }

  /** Looks at a picture that came at `at`. Whether the picture hangs; undefined where it was no occasion to tell. */
  see(picture: NativeFrame, at: Monotonic): boolean | undefined {
    if (picture.keyFrame === 0 || at - this.#lookedAt < LOOK_EVERY_MS) return undefined;
    this.#lookedAt = at;
    download(picture);
    const print = crc32(picture.toBuffer());
    if (print !== this.#print) {
      this.#print = print;
      this.#since = at;
      this.#keys = 0;
    }
    this.#keys += 1;
    return this.#keys >= LEAST_KEYS && at - this.#since >= this.#limitMs;
  }
}
