import type { Clock, Monotonic } from "../lib/clock.ts";

/** The stream was open but no frame came. */
export class StalledError extends Error {
  override readonly name = "StalledError";
  /** Ms since the last frame when it was noticed. */
  readonly silentMs: number;
  /** Ms without a frame that were allowed. */
  readonly limitMs: number;

  constructor(camera: string, silentMs: number, limitMs: number) {
    super(
      `${camera}: no frame for ${Math.round(silentMs)} ms (allowed: ${Math.round(limitMs)} ms); ` +
        "check the camera's power and network",
    );
    this.silentMs = silentMs;
    this.limitMs = limitMs;
  }
}

const LEAST_MS = 500;
const INTERVALS = 3;

/** Silence that is allowed between frames, for a frame interval in ms. */
export function silenceLimit(intervalMs: number): number {
  return Math.max(LEAST_MS, INTERVALS * intervalMs);
}

/**
 * Tells once when nothing was heard for longer than the limit. One timer is re-armed when it fires, not with every
 * frame, and fires exactly when the limit for the last frame heard is over.
 */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #onSilence: (silentMs: number, limitMs: number) => void;
  #limitMs: number;
  #heardAt: Monotonic;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock, intervalMs: number, onSilence: (silentMs: number, limitMs: number) => void) {
    this.#clock = clock;
    this.#onSilence = onSilence;
    this.#limitMs = silenceLimit(intervalMs);
    this.#heardAt = clock.now();
    this.#arm(this.#limitMs);
  }

  heard(at: Monotonic, intervalMs: number): void {
    this.#heardAt = at;
    this.#limitMs = silenceLimit(intervalMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(() => {
      const silentMs = this.#clock.now() - this.#heardAt;
      if (silentMs >= this.#limitMs) this.#onSilence(silentMs, this.#limitMs);
      else this.#arm(this.#limitMs - silentMs);
    }, Math.ceil(ms));
  }
}
