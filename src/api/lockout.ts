import type { Monotonic } from "../lib/clock.ts";

const FREE_TRIES = 5;
const FIRST_LOCK_MS = 10_000;
const LONGEST_LOCK_MS = 15 * 60_000;
const MOST_ADDRESSES = 1000;

/**
 * Slows down guessing: after five wrong credentials from one address it is locked for 10 s, then twice as long after
 * each further one. Bounded: beyond 1,000 addresses the one that failed longest ago is forgotten.
 */
export class Lockout {
  readonly #failures = new Map<string, { count: number; until: Monotonic }>();

  /** Milliseconds that `address` still has to wait; 0 when it may try. */
  waitMs(address: string, now: Monotonic): number {
    return Math.max(0, (this.#failures.get(address)?.until ?? 0) - now);
  }

  failed(address: string, now: Monotonic): void {
    const count = (this.#failures.get(address)?.count ?? 0) + 1;
    const lock = count < FREE_TRIES ? 0 : Math.min(FIRST_LOCK_MS * 2 ** (count - FREE_TRIES), LONGEST_LOCK_MS);
    this.#failures.delete(address);
    this.#failures.set(address, { count, until: now + lock });
    if (this.#failures.size > MOST_ADDRESSES) this.#failures.delete(this.#failures.keys().next().value as string);
  }

  succeeded(address: string): void {
    this.#failures.delete(address);
  }
}
