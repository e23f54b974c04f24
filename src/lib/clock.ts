/** Milliseconds on a clock that never goes back; only differences mean anything. */
export type Monotonic = number;

/** The two clocks a device has. Handed in, so that tests and replays can move time themselves. */
export interface Clock {
  /** Monotonic milliseconds, with fractions. */
  now(): Monotonic;
  /** Milliseconds since 1970-01-01 UTC; may jump when the machine's time is set. */
  wall(): number;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
};

/** A clock that moves only when told to. */
export class ManualClock implements Clock {
  #now: Monotonic;
  #wall: number;

  constructor(now: Monotonic = 0, wall = Date.UTC(2026, 0, 1)) {
    this.#now = now;
    this.#wall = wall;
  }

  now(): Monotonic {
    return this.#now;
  }

  wall(): number {
    return this.#wall;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    this.#wall += milliseconds;
  }

  /** Sets the wall clock, forwards or back, as NTP or an operator would. */
  setWall(milliseconds: number): void {
    this.#wall = milliseconds;
  }
}
