import { asError } from "../lib/failure.ts";
import { ModbusException, type Request } from "./modbus-codec.ts";
import type { ModbusSession } from "./modbus-session.ts";

/**
 * A coil or holding register in the PLC that changes between 0 and 1 for as long as somebody who falls would be seen. The PLC
 * watches it and decides by itself what becomes of the machine when it stands still: Spotter is gone, blind or cannot judge.
 */
export class LifeBit {
  readonly #table: "coil" | "register";
  readonly #address: number;
  readonly #everyMs: number;
  #value: 0 | 1 = 0;
  /** Whether it is to change. */
  watched = false;
  /** Why the PLC did not take the last change; empty when it did. */
  trouble = "";

  constructor({ table, address, everyMs }: { table: "coil" | "register"; address: number; everyMs: number }) {
    this.#table = table;
    this.#address = address;
    this.#everyMs = everyMs;
  }

  /** Beats for as long as the connection stands. */
  beatOn(session: ModbusSession): void {
    const timer = setInterval(() => void this.#beat(session), this.#everyMs);
    void session.ended.then(() => clearInterval(timer));
  }

  async #beat(session: ModbusSession): Promise<void> {
    if (!this.watched) return;
    this.#value = this.#value === 0 ? 1 : 0;
    const request: Request = { code: this.#table === "coil" ? 5 : 6, address: this.#address, value: this.#value };
    try {
      await session.request(request);
      this.trouble = "";
    } catch (thrown) {
      // Whatever else ends the connection, which says so itself.
      if (thrown instanceof ModbusException)
        this.trouble = `life bit (${this.#table} ${this.#address}): ${asError(thrown).message}`;
    }
  }
}
