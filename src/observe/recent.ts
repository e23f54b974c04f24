import type { Monotonic } from "../lib/clock.ts";

const CAPACITY = 2048;

/** Figures of the last while: rate and quantiles over a sliding window, in fixed memory. */
export class Recent {
  readonly #windowMs: number;
  readonly #at = new Float64Array(CAPACITY);
  readonly #values = new Float64Array(CAPACITY);
  #next = 0;
  #filled = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  add(value: number, at: Monotonic): void {
    this.#at[this.#next] = at;
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % CAPACITY;
    this.#filled = Math.min(this.#filled + 1, CAPACITY);
  }

  /** Values of the last `withinMs` (at most the window). */
  #within(now: Monotonic, withinMs = this.#windowMs): Float64Array {
    let count = 0;
    const found = new Float64Array(this.#filled);
    for (let i = 0; i < this.#filled; i += 1)
      if (now - (this.#at[i] as number) <= withinMs) found[count++] = this.#values[i] as number;
    return found.subarray(0, count);
  }

  /** Events per second in the last `withinMs`. */
  rate(now: Monotonic, withinMs = 5_000): number {
    return (this.#within(now, withinMs).length * 1000) / withinMs;
  }

  /** Median and 99th percentile by nearest rank; undefined without a value in the window. */
  quantiles(now: Monotonic): { p50: number; p99: number } | undefined {
    const sorted = this.#within(now).sort();
    if (sorted.length === 0) return undefined;
    const at = (q: number) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] as number;
    return { p50: at(0.5), p99: at(0.99) };
  }
}
