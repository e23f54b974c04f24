import type { CameraConfig } from "../config/schema.ts";
import type { Monotonic } from "../lib/clock.ts";
import type { Fate } from "../observe/metrics.ts";
import { Forecast } from "./forecast.ts";
import type { Frame } from "./frame.ts";
import { Motion } from "./motion.ts";
import { Pace } from "./pace.ts";

/** Why the gate let a frame go. */
export type DropReason = Extract<Fate, "superseded" | "stale" | "budget" | "paced" | "still" | "shutdown">;

/** Frames by what the gate did with them; `in` = `taken` + every drop + (`held` ? 1 : 0), always. */
export interface GateCounts extends Record<DropReason, number> {
  in: number;
  taken: number;
  held: boolean;
}

/** A frame in spite of the forecast when none went through for so long: otherwise one slow spell would blind a camera for ever. */
const PROBE_AFTER_MS = 500;

/** What moved may be somebody whom vision needs a few frames to make out. */
const LINGER_MS = 1000;

/**
 * One slot per camera between the stream, which never waits, and vision, which takes a frame when it has time for one.
 *
 *   source ──offer──►[ paced? ]──►[ still? ]──►( slot: newest )──take──►[ stale? ]──►[ in budget? ]──► vision
 *                        │            │              │                      │              │              │
 *                      paced        still        superseded               stale          budget        observe
 *                                                                                          ▲              │
 *                                                                                          └── forecast ◄─┘
 *
 * Drop policy, in this order; every dropped frame is reported once and released:
 * - `paced`: it came sooner than the wanted frame rate asks for, and the slot is empty;
 * - `still`: nobody is in view (`idle`), nothing has moved since the last frame that passed nor within the second before, and by
 *   `idleFps` none is due;
 * - `superseded`: a newer frame came before anybody took it. Newest wins, nothing queues;
 * - `stale`: older than `maxFrameAgeMs` when it was about to be taken;
 * - `budget`: its age plus the forecast (90th percentile of recent look times) exceeds `latencyBudgetMs`, and less than
 *   500 ms have passed since the last frame went through;
 * - `shutdown`: held or offered when the gate closed.
 */
export class Gate {
  readonly #maxAgeMs: number;
  readonly #budgetMs: number;
  readonly #dropped: (frame: Frame, reason: DropReason) => void;
  readonly #forecast = new Forecast();
  readonly #counts = { in: 0, taken: 0, superseded: 0, stale: 0, budget: 0, paced: 0, still: 0, shutdown: 0 };
  readonly #pace: Pace;
  /** None when every frame counts. */
  readonly #idlePace: Pace | undefined;
  readonly #motion = new Motion();
  #idle = false;
  #movedAt = Number.NEGATIVE_INFINITY;
  #lastTaken = Number.NEGATIVE_INFINITY;
  #slot: Frame | undefined;
  #closed = false;
  #wake: (() => void) | undefined;
  #waiting: Promise<void> | undefined;

  /** `dropped` is told of each frame that is let go, before it is released. */
  constructor(
    camera: Pick<CameraConfig, "fps" | "idleFps" | "maxFrameAgeMs" | "latencyBudgetMs">,
    dropped: (frame: Frame, reason: DropReason) => void,
  ) {
    this.#maxAgeMs = camera.maxFrameAgeMs;
    this.#budgetMs = camera.latencyBudgetMs;
    this.#pace = new Pace(camera.fps);
    this.#idlePace = camera.idleFps === null ? undefined : new Pace(camera.idleFps);
    this.#dropped = dropped;
  }

  get counts(): GateCounts {
    return { ...this.#counts, held: this.#slot !== undefined };
  }

  /** Lets at most `fps` frames per second through from now on. */
  pace(fps: number): void {
    this.#pace.fps = fps;
  }

  /** Whether there is nobody whom a frame in which nothing moves could tell anything about. */
  idle(is: boolean): void {
    if (this.#idle && !is) this.#motion.forget();
    this.#idle = is;
  }

  /** Takes over the frame: it is handed out by `take` or released. Never blocks. */
  offer(frame: Frame): void {
    this.#counts.in += 1;
    const older = this.#slot;
    if (this.#closed) this.#drop(frame, "shutdown");
    else if (older) {
      this.#slot = frame;
      this.#drop(older, "superseded");
    } else if (!this.#pace.pick(frame.capturedAt)) this.#drop(frame, "paced");
    else if (this.#isStill(frame)) this.#drop(frame, "still");
    else {
      this.#slot = frame;
      this.#wakeUp();
    }
  }

  /** Resolves when a frame waits to be taken, or the gate is closed. */
  waiting(): Promise<void> {
    if (this.#slot || this.#closed) return Promise.resolve();
    this.#waiting ??= new Promise((resolve) => {
      this.#wake = resolve;
    });
    return this.#waiting;
  }

  /** The waiting frame, which is the caller's to release from here on; nothing when none waits or it is too late for it. */
  take(now: Monotonic): Frame | undefined {
    const frame = this.#slot;
    if (!frame) return undefined;
    this.#slot = undefined;
    const age = now - frame.capturedAt;
    const late = age + this.#forecast.ms > this.#budgetMs && now - this.#lastTaken < PROBE_AFTER_MS;
    if (age > this.#maxAgeMs || late) {
      this.#drop(frame, age > this.#maxAgeMs ? "stale" : "budget");
      return undefined;
    }
    this.#lastTaken = now;
    this.#counts.taken += 1;
    return frame;
  }

  /** Learns how long a frame took from `take` to the decision about it, ms. */
  observe(lookMs: number): void {
    this.#forecast.add(lookMs);
  }

  /** Lets the held frame go, and every frame that is still offered; wakes whoever waits. */
  close(): void {
    this.#closed = true;
    const frame = this.#slot;
    this.#slot = undefined;
    if (frame) this.#drop(frame, "shutdown");
    this.#wakeUp();
  }

  #isStill(frame: Frame): boolean {
    if (!this.#idle || !this.#idlePace) return false;
    try {
      if (this.#motion.in(frame)) this.#movedAt = frame.capturedAt;
      const lingers = frame.capturedAt - this.#movedAt < LINGER_MS;
      if (!lingers && !this.#idlePace.pick(frame.capturedAt)) return true;
      this.#motion.keep();
    } catch {
      // A picture that cannot be painted fails, and is counted, where it is judged.
    }
    return false;
  }

  #drop(frame: Frame, reason: DropReason): void {
    this.#counts[reason] += 1;
    try {
      this.#dropped(frame, reason);
    } finally {
      frame.release();
    }
  }

  #wakeUp(): void {
    this.#waiting = undefined;
    this.#wake?.();
    this.#wake = undefined;
  }
}
