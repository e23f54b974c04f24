/**
 * Lets each name do so much in a while and no more: a bucket that holds `most` and fills up within `withinMs`. Bounded: beyond
 * 10,000 names the one that came least recently is forgotten.
 */
export class Limiter {
  readonly #most: number;
  readonly #perMs: number;
  readonly #buckets = new Map<string, { level: number; at: number }>();

  constructor(most: number, withinMs: number) {
    this.#most = most;
    this.#perMs = most / withinMs;
  }

  /** Takes one; ms to wait when there is none, else 0. */
  take(name: string, now: number): number {
    const before = this.#buckets.get(name) ?? { level: this.#most, at: now };
    const level = Math.min(this.#most, before.level + Math.max(0, now - before.at) * this.#perMs);
    this.#buckets.delete(name);
    this.#buckets.set(name, { level: level < 1 ? level : level - 1, at: now });
    if (this.#buckets.size > MOST_NAMES) this.#buckets.delete(this.#buckets.keys().next().value as string);
    return level < 1 ? (1 - level) / this.#perMs : 0;
  }
}

const MOST_NAMES = 10_000;
