import type { Logger } from "../observe/log.ts";
import type { Line, Order } from "./output.ts";

/** A lamp that exists only in the log and in its actuator's `state`: for trying Spotter without wiring anything. */
export class BeaconLine implements Line {
  readonly #name: string;
  readonly #log: Logger;
  #lit: boolean | undefined;

  constructor(name: string, log: Logger) {
    this.#name = name;
    this.#log = log;
  }

  async drive(order: Order): Promise<"confirmed"> {
    const changed = this.#lit !== order.energised;
    this.#lit = order.energised;
    order.written();
    // Other outputs may still have to be written: the log line comes after them.
    if (changed) setImmediate(() => this.#log.info({ beacon: this.#name, lit: order.energised }, "beacon"));
    return "confirmed";
  }

  health(): { ok: boolean; detail: string } {
    return { ok: true, detail: "" };
  }

  start(): void {}

  async close(): Promise<void> {}
}
