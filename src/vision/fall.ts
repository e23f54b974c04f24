import type { Monotonic } from "../lib/clock.ts";
import { SLOTS } from "./memory.ts";
import { ROW } from "./person.ts";

/** The fall model looks at moments this far apart, ms … */
const STEP_MS = 100;
/** … and takes the nearest observation that is at most this far from a moment, else none. */
const NEAREST_MS = 75;
/** Observations closer than this replace each other: a fast camera adds nothing that the model looks at. */
const THIN_MS = 30;
/** Room for the window (2 s) at the densest spacing. */
const ROOM = 72;

/** What one track looked like over the last two seconds: a ring of observed rows, in picture heights. */
export class History {
  readonly #rows = new Float32Array(ROOM * ROW);
  readonly #at = new Float64Array(ROOM).fill(Number.NEGATIVE_INFINITY);
  #newest = -1;

  add(row: Float32Array, at: Monotonic): void {
    const before = this.#at[(this.#newest - 1 + ROOM) % ROOM]!;
    // The newest always stays; the one before it makes room when it is closer to its own neighbour than the thinning.
    if (this.#newest < 0 || this.#at[this.#newest]! - before >= THIN_MS) this.#newest = (this.#newest + 1) % ROOM;
    this.#rows.set(row, this.#newest * ROW);
    this.#at[this.#newest] = at;
  }

  /**
   * Writes the window that ends at `now`: slot k of SLOTS holds the observation nearest to now - (SLOTS-1-k) · 0.1 s
   * and `present` 1, or zeros and 0. `track` [MAX_TRACKS, SLOTS, ROW] and `present` [MAX_TRACKS, SLOTS], at `index`.
   */
  write(now: Monotonic, track: Float32Array, present: Float32Array, index: number): void {
    for (let slot = 0; slot < SLOTS; slot++) {
      const found = this.#nearest(now - (SLOTS - 1 - slot) * STEP_MS);
      const to = index * SLOTS + slot;
      present[to] = found < 0 ? 0 : 1;
      if (found < 0) track.fill(0, to * ROW, (to + 1) * ROW);
      else track.set(this.#rows.subarray(found * ROW, (found + 1) * ROW), to * ROW);
    }
  }

  #nearest(moment: Monotonic): number {
    let best = -1;
    let least = NEAREST_MS;
    for (let i = 0; i < ROOM; i++) {
      const distance = Math.abs(this.#at[i]! - moment);
      if (distance > least) continue;
      least = distance;
      best = i;
    }
    return best;
  }
}
