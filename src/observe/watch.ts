import type { Monotonic } from "../lib/clock.ts";
import type { SupervisionStatus } from "./supervision.ts";

/** With frames coming, one must have been judged within this time, ms. */
const JUDGED_WITHIN_MS = 1_000;

/**
 * Watches the watcher: from what happened last on a camera it tells whether somebody who falls now would be seen.
 * Pure; whoever owns it asks often enough (every 100 ms) for the stated limit to hold.
 */
export class CameraWatch {
  #fps = 0;
  #openedAt: Monotonic | undefined;
  #lastFrame: Monotonic | undefined;
  #lastJudged: Monotonic | undefined;
  #lost = "not connected yet";
  #fault = "vision has not started";
  #degraded = "";
  #frozen = "";

  opened(fps: number, now: Monotonic): void {
    this.#fps = fps;
    this.#openedAt = now;
    this.#lost = "";
    this.#frozen = "";
  }

  frame(at: Monotonic): void {
    this.#lastFrame = at;
  }

  lost(reason: string): void {
    this.#lost = reason;
    this.#openedAt = undefined;
  }

  judged(at: Monotonic): void {
    this.#lastJudged = at;
  }

  /** The picture does not change although frames come; empty when it does again. */
  frozen(reason: string): void {
    this.#frozen = reason;
  }

  /** Vision cannot judge anything; empty when it can again. */
  fault(reason: string): void {
    this.#fault = reason;
  }

  /** Works, but below what was configured; empty when all is well again. */
  degraded(reason: string): void {
    this.#degraded = reason;
  }

  /** Silence allowed before the camera counts as blind: max(500 ms, 3 frame intervals). */
  get silenceLimitMs(): number {
    return Math.max(500, this.#fps > 0 ? 3000 / this.#fps : 0);
  }

  status(now: Monotonic): SupervisionStatus {
    if (this.#fault) return { state: "fault", reason: this.#fault };
    if (this.#openedAt === undefined) return { state: "blind", reason: this.#lost };
    const silence = now - Math.max(this.#lastFrame ?? 0, this.#openedAt);
    if (silence > this.silenceLimitMs)
      return { state: "blind", reason: `no frame for ${(silence / 1000).toFixed(1)} s; check camera and network` };
    if (this.#frozen) return { state: "blind", reason: this.#frozen };
    const unjudged = now - Math.max(this.#lastJudged ?? 0, this.#openedAt);
    if (unjudged > JUDGED_WITHIN_MS) {
      return { state: "fault", reason: `frames arrive, but none was judged for ${(unjudged / 1000).toFixed(1)} s` };
    }
    if (this.#degraded) return { state: "degraded", reason: this.#degraded };
    return { state: "armed", reason: "" };
  }
}
