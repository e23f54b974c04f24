import { setTimeout as sleep } from "node:timers/promises";
import { defaultRetry, type RetrySchedule, waits } from "./retry.ts";

/** What a supervisor tells whoever watches: the attempt that failed, why, and when the next one starts. */
export interface Restart {
  /** Failures since the run last counted as healthy, starting with 1. */
  attempt: number;
  error: Error;
  waitMs: number;
}

export interface SuperviseOptions {
  signal: AbortSignal;
  schedule?: RetrySchedule;
  /** A run that lasted this long was healthy: the waits start again from the first. */
  healthyAfterMs?: number;
  onRestart?: (restart: Restart) => void;
}

/**
 * Runs `run` again and again until `signal` aborts, with jittered back-off between failures; never gives up.
 * `run` does one attempt and returns or throws when that attempt is over; it holds no retry of its own.
 * The first attempt is treated like any other: a source that was never reachable is retried for ever.
 */
export async function supervise(run: (signal: AbortSignal) => Promise<void>, options: SuperviseOptions): Promise<void> {
  const { signal, schedule = defaultRetry, healthyAfterMs = 10_000, onRestart } = options;
  let pauses = waits(schedule);
  let attempt = 0;
  while (!signal.aborted) {
    const startedAt = performance.now();
    let error = new Error("ended without an error");
    try {
      await run(signal);
    } catch (cause) {
      error = cause instanceof Error ? cause : new Error(String(cause));
    }
    if (signal.aborted) return;
    if (performance.now() - startedAt >= healthyAfterMs) {
      pauses = waits(schedule);
      attempt = 0;
    }
    attempt += 1;
    const waitMs = pauses.next().value as number;
    onRestart?.({ attempt, error, waitMs });
    await sleep(waitMs, undefined, { signal }).catch(() => {});
  }
}
