/** How waits grow between attempts. All times in milliseconds. */
export interface RetrySchedule {
  /** Wait after the first failure. */
  first: number;
  /** No wait is longer than this. */
  max: number;
  /** Each wait is this many times the one before. */
  factor: number;
  /** Share of the wait that is random, 0..1, so that many devices do not return at the same instant. */
  jitter: number;
}

export const defaultRetry: RetrySchedule = { first: 250, max: 10_000, factor: 2, jitter: 0.3 };

/**
 * The waits between attempts, for ever: `first`, `first * factor`, … capped at `max`, each shortened by up to `jitter`.
 * Take a new sequence after a success, so that the next failure starts from `first` again.
 */
export function* waits(schedule: RetrySchedule = defaultRetry, random: () => number = Math.random): Generator<number> {
  let wait = schedule.first;
  for (;;) {
    yield wait * (1 - schedule.jitter * random());
    wait = Math.min(wait * schedule.factor, schedule.max);
  }
}
