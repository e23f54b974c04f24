import type { Monotonic } from "../lib/clock.ts";

/** A frame that comes this share of an interval early is on time: arrival jitters, time stamps are rounded. */
const EARLY = 0.1;

/** Picks at most `fps` frames per second, as evenly as their times allow, keeping the average when they do not divide. */
export class Pace {
  #interval: number;
  #due = Number.NEGATIVE_INFINITY;

  constructor(fps: number) {
    this.#interval = 1000 / fps;
  }

  set fps(fps: number) {
    this.#interval = 1000 / fps;
  }

  /** Whether a frame of that time is picked; if so, the next one is due an interval later. */
  pick(at: Monotonic): boolean {
    if (at < this.#due - this.#interval * EARLY) return false;
    const missed = at - this.#due > this.#interval;
    this.#due = (missed ? at : this.#due) + this.#interval;
    return true;
  }
}
