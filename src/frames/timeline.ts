import { AV_NOPTS_VALUE } from "node-av/constants";
import type { IRational } from "node-av/lib";

/** A clip's time stamps as seconds from its first frame that go on rising when the clip starts again. */
export class Timeline {
  readonly #unit: number;
  readonly #fromZero: boolean;
  #first: number | undefined;
  #offset = 0;
  #last = 0;

  /** `fromZero`: count from the first frame (files); otherwise the stream's own clock is kept (cameras). */
  constructor(timeBase: IRational, fromZero: boolean) {
    this.#unit = timeBase.num / timeBase.den;
    this.#fromZero = fromZero;
  }

  /** Seconds for a time stamp; `interval` seconds after the one before when the stream gives none. */
  seconds(stamp: bigint, interval: number): number {
    if (stamp === AV_NOPTS_VALUE) {
      this.#last += this.#first === undefined ? 0 : interval;
      return this.#last;
    }
    const raw = Number(stamp) * this.#unit;
    this.#first ??= this.#fromZero ? raw : 0;
    this.#last = raw - this.#first + this.#offset;
    return this.#last;
  }

  /** The next time stamp belongs to the clip's first frame again, shown `interval` seconds after the last one. */
  restart(interval: number): void {
    this.#offset = this.#last + interval;
    this.#first = undefined;
  }
}
