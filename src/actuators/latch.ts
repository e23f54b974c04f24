import type { OutputState } from "./actuator.ts";

/** Which alarms hold an output active. The output goes idle only when the last one lets go. */
export class Latch {
  readonly #latching: boolean;
  readonly #holders = new Set<string>();

  constructor(latching: boolean) {
    this.#latching = latching;
  }

  /** `alarm` asks for the output; true when it did not hold it before. */
  hold(alarm: string): boolean {
    const first = !this.#holders.has(alarm);
    this.#holders.add(alarm);
    return first;
  }

  /** `alarm` needs the output no longer; without effect on a latching output. */
  idle(alarm: string): void {
    if (!this.#latching) this.#holders.delete(alarm);
  }

  /** A person has reset `alarm`. */
  release(alarm: string): void {
    this.#holders.delete(alarm);
  }

  get state(): OutputState {
    return this.#holders.size > 0 ? "active" : "idle";
  }
}
