import type { Monotonic } from "../lib/clock.ts";

/** A token bucket: at most `perSecond` on average, `burst` at once. Pure; time comes in as an argument. */
export class Pace {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #at: Monotonic | undefined;

  constructor(perSecond: number, burst = Math.max(1, perSecond / 10)) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** ms until the next one may go; 0: now. */
  waitMs(now: Monotonic): number {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return 0;
    const since = now - (this.#at ?? now);
    this.#at = now;
    this.#tokens = Math.min(this.#burst, this.#tokens + (since * this.#perSecond) / 1000);
    // Within a rounding error of a whole token.
    return this.#tokens >= 0.999_999 ? 0 : ((1 - this.#tokens) * 1000) / this.#perSecond;
  }

  /** One goes; asked for only when `waitMs` is 0. */
  take(): void {
    this.#tokens -= 1;
  }
}
