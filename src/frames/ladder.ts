import type { CameraConfig } from "../config/schema.ts";
import type { Monotonic } from "../lib/clock.ts";
import type { DropReason } from "./gate.ts";

/** How much is asked of the machine for one camera. */
export interface Rung {
  /** Frames judged per second. */
  readonly fps: number;
  /** Index into `vision.tiers`, 0 is the best model. */
  readonly tier: number;
  /** Why it is not the top rung; empty on the top rung. */
  readonly reason: string;
}

/** A fall lasts about 0.7 s; fewer frames than this per second would miss it. */
const LEAST_FPS = 8;
/** Pressure is judged over windows of this length, with at least this many frames in each. */
const WINDOW_MS = 2000;
const WINDOW_FRAMES = 8;
/** A window with this share of late or lost frames is one of pressure; with at most the lower share it is a good one. */
const PRESSURE = 0.3;
const GOOD = 0.05;
/** Good time before a step up; doubled, up to the most, each time a step up did not hold. */
const CLIMB_MS = 10_000;
const CLIMB_MOST_MS = 160_000;

/**
 * Walks down when the machine cannot keep up, and back up with hysteresis when it can again:
 *
 *   full rate ──► half rate (never below 8 fps) ──► next model tier ──► … last tier
 *        ◄── 10 s of good windows per step; twice as long after a step up that did not hold ──
 *
 * Pure: time comes in with each call.
 */
export class Ladder {
  readonly #rungs: Omit<Rung, "reason">[];
  readonly #budgetMs: number;
  #at = 0;
  #rung: Rung;
  #windowSince: Monotonic | undefined;
  #frames = 0;
  #late = 0;
  #lost = 0;
  #goodSince: Monotonic | undefined;
  #climbMs = CLIMB_MS;
  #climbedAt = Number.NEGATIVE_INFINITY;

  /** `tiers`: how many models there are to walk down. */
  constructor(camera: Pick<CameraConfig, "fps" | "latencyBudgetMs">, tiers: number) {
    const half = Math.min(camera.fps, Math.max(LEAST_FPS, camera.fps / 2));
    this.#rungs = [{ fps: camera.fps, tier: 0 }];
    if (half < camera.fps) this.#rungs.push({ fps: half, tier: 0 });
    for (let tier = 1; tier < tiers; tier += 1) this.#rungs.push({ fps: half, tier });
    this.#budgetMs = camera.latencyBudgetMs;
    this.#rung = this.#named("");
  }

  get rung(): Rung {
    return this.#rung;
  }

  /** A frame was judged `decisionMs` after its arrival. Whether the rung changed. */
  judged(at: Monotonic, decisionMs: number): boolean {
    if (decisionMs > this.#budgetMs) this.#late += 1;
    return this.#count(at);
  }

  /** The gate let a frame go. Whether the rung changed. Frames above the wanted rate are no sign of pressure. */
  dropped(at: Monotonic, reason: DropReason): boolean {
    if (reason === "paced" || reason === "still" || reason === "shutdown") return false;
    this.#lost += 1;
    return this.#count(at);
  }

  #count(at: Monotonic): boolean {
    this.#windowSince ??= at;
    this.#frames += 1;
    if (at - this.#windowSince < WINDOW_MS || this.#frames < WINDOW_FRAMES) return false;
    const { late, lost, frames } = { late: this.#late, lost: this.#lost, frames: this.#frames };
    const share = (late + lost) / frames;
    const since = this.#windowSince;
    this.#restart(at);
    if (share > GOOD) this.#goodSince = undefined;
    else this.#goodSince ??= since;
    if (share >= PRESSURE) return this.#down(at, `${late} late and ${lost} dropped of ${frames} frames`);
    if (this.#goodSince !== undefined && at - this.#goodSince >= this.#climbMs) return this.#up(at);
    return false;
  }

  #down(at: Monotonic, why: string): boolean {
    if (this.#at === this.#rungs.length - 1) return false;
    this.#climbMs = at - this.#climbedAt < this.#climbMs ? Math.min(this.#climbMs * 2, CLIMB_MOST_MS) : CLIMB_MS;
    this.#at += 1;
    this.#rung = this.#named(`${why} in ${WINDOW_MS / 1000} s`);
    return true;
  }

  #up(at: Monotonic): boolean {
    if (this.#at === 0) return false;
    this.#at -= 1;
    this.#climbedAt = at;
    this.#goodSince = undefined;
    this.#rung = this.#named("recovering from overload");
    return true;
  }

  #named(why: string): Rung {
    const { fps, tier } = this.#rungs[this.#at] as Omit<Rung, "reason">;
    const reason = this.#at === 0 ? "" : `reduced to ${fps} fps, model tier ${tier}: ${why}`;
    return { fps, tier, reason };
  }

  #restart(at: Monotonic): void {
    this.#windowSince = at;
    this.#frames = 0;
    this.#late = 0;
    this.#lost = 0;
  }
}
