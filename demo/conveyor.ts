/** `running` and `stopping` move; `stopped` needs a reset, `ready` has had it and waits for a start. */
export type ConveyorPhase = "running" | "stopping" | "stopped" | "ready";

/** Belt speed in normal running, mm/s. */
export const FULL_SPEED = 500;
/** Brake, mm/s lost per ms: standstill within 0.8 s, as a controlled stop of category 1 (IEC 60204-1, 9.2.2). */
const BRAKE = FULL_SPEED / 800;
const ACCELERATION = FULL_SPEED / 2000;

/**
 * A conveyor and the logic that its controller holds for it. A stop request brakes it; when the request has gone, a
 * reset makes it ready; only a start of its own, given at the machine, makes it run. No single step restarts it
 * (ISO 13849-1, 5.2.2: the manual reset shall not itself start motion).
 */
export class Conveyor {
  phase: ConveyorPhase = "running";
  /** mm/s. */
  speed = FULL_SPEED;
  #stopRequested = false;

  get stopRequested(): boolean {
    return this.#stopRequested;
  }

  /** Level of the stop request; brakes at once when it comes, and does nothing when it goes. */
  request(stop: boolean): void {
    this.#stopRequested = stop;
    if (stop && this.phase === "running") this.phase = "stopping";
    if (stop && this.phase === "ready") this.phase = "stopped";
  }

  /** False when refused: still moving, or the stop is still requested. */
  reset(): boolean {
    if (this.phase === "stopped" && !this.#stopRequested) this.phase = "ready";
    return this.phase === "ready";
  }

  /** False when refused: not reset before. */
  restart(): boolean {
    if (this.phase === "ready") this.phase = "running";
    return this.phase === "running";
  }

  /** Lets `milliseconds` pass. */
  move(milliseconds: number): void {
    if (this.phase === "running") this.speed = Math.min(FULL_SPEED, this.speed + ACCELERATION * milliseconds);
    else this.speed = Math.max(0, this.speed - BRAKE * milliseconds);
    if (this.phase === "stopping" && this.speed === 0) this.phase = "stopped";
  }
}
