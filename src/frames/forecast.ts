const KEPT = 32;
const QUANTILE = 0.9;

/** What the next run will probably take: the 90th percentile of the last 32. Allocates nothing after it was made. */
export class Forecast {
  readonly #ring = new Float64Array(KEPT);
  readonly #sorted = new Float64Array(KEPT);
  #count = 0;
  #ms = 0;

  /** Milliseconds; 0 before anything was measured. */
  get ms(): number {
    return this.#ms;
  }

  add(ms: number): void {
    this.#ring[this.#count % KEPT] = ms;
    this.#count += 1;
    const kept = Math.min(this.#count, KEPT);
    // Unused places sort to the end.
    this.#sorted.fill(Number.POSITIVE_INFINITY);
    for (let k = 0; k < kept; k += 1) this.#sorted[k] = this.#ring[k] as number;
    this.#sorted.sort();
    this.#ms = this.#sorted[Math.ceil(kept * QUANTILE) - 1] as number;
  }
}
