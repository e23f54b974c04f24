import { setTimeout as sleep } from "node:timers/promises";
import type { ActuatorConfig } from "../config/schema.ts";
import { asError } from "../lib/failure.ts";
import { waits } from "../lib/retry.ts";
import type { Logger } from "../observe/log.ts";
import { LifeBit } from "./life-bit.ts";
import { Link } from "./link.ts";
import { ModbusException, type Request } from "./modbus-codec.ts";
import { type ModbusSession, openModbus } from "./modbus-session.ts";
import type { Line, Order } from "./output.ts";

type ModbusConfig = Extract<ActuatorConfig, { kind: "modbus" }>;

/** The output is read this often, which finds a dead connection as well as an output that somebody else has changed. */
const WATCH_MS = 500;
/** Between attempts on a living connection: the slave is busy, or needs a scan to show what was written. */
const AGAIN = { first: 20, max: 200, factor: 2, jitter: 0.3 };

/** One coil or holding register of a Modbus TCP slave. */
export class ModbusLine implements Line {
  readonly #config: ModbusConfig;
  readonly #link: Link<ModbusSession>;
  readonly #read: Request;
  readonly #life: LifeBit | undefined;
  /** Raw value last asked for, and last read. */
  #asked: number | undefined;
  #seen: number | undefined;
  /** Why the last look failed although the connection stands. */
  #refusal = "";
  #writes = 0;

  constructor(config: ModbusConfig, log: Logger) {
    this.#config = config;
    this.#read = { code: config.table === "coil" ? 1 : 3, address: config.address };
    const { table, lifeAddress: address, lifeEveryMs: everyMs } = config;
    if (address !== undefined) this.#life = new LifeBit({ table, address, everyMs });
    this.#link = new Link(
      (signal) => this.#open(signal),
      (reason) =>
        log.warn({ actuator: config.name, host: config.host, reason: reason.message }, "no Modbus connection"),
    );
  }

  async drive(order: Order): Promise<"confirmed" | "commanded"> {
    const value = this.#value(order.energised);
    this.#asked = value;
    for (const wait of waits(AGAIN)) {
      const session = this.#link.session ?? (await this.#link.whenUp(order.signal));
      if (order.dead !== "") throw new Error(order.dead);
      try {
        return await this.#write(session, order, value);
      } catch (thrown) {
        const permanent = thrown instanceof ModbusException && thrown.permanent;
        if (session.alive && !permanent) await sleep(wait, undefined, { signal: order.signal }).catch(() => {});
        if (permanent || order.dead !== "") throw thrown;
      }
    }
    throw new Error("unreachable: the waits never end");
  }

  watched(is: boolean): void {
    if (this.#life) this.#life.watched = is;
  }

  health(): { ok: boolean; detail: string } {
    const detail = this.#trouble();
    return { ok: detail === "", detail };
  }

  start(): void {
    this.#link.start();
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  #trouble(): string {
    if (this.#link.session === undefined) return `not connected: ${this.#link.detail}`;
    if (this.#life?.trouble) return this.#life.trouble;
    if (!this.#config.readBack) return "";
    if (this.#refusal !== "") return this.#refusal;
    if (this.#seen === undefined) return "connected, but not read yet";
    if (this.#asked === undefined || this.#asked === this.#seen) return "";
    return `${this.#config.table} ${this.#config.address} reads ${this.#seen} where ${this.#asked} was asked for`;
  }

  #value(energised: boolean): number {
    if (this.#config.table === "coil") return energised ? 1 : 0;
    return energised ? this.#config.on : this.#config.off;
  }

  async #write(session: ModbusSession, order: Order, value: number): Promise<"confirmed" | "commanded"> {
    const { address } = this.#config;
    const request: Request =
      this.#config.table === "coil" ? { code: 5, address, value: value === 1 ? 1 : 0 } : { code: 6, address, value };
    // The idle state of the start has no deadline; what cuts it short is a command that is to use the same session.
    const echoed = session.request(request, Number.isFinite(order.command.deadline) ? order.signal : undefined);
    order.written();
    this.#writes += 1;
    await echoed;
    if (!this.#config.readBack || order.overtaken) return "commanded";
    const seen = await session.request(this.#read);
    if (order.overtaken) return "commanded";
    this.#seen = seen;
    this.#refusal = "";
    if (seen !== value) throw new Error(`reads back ${seen} where ${value} was written`);
    return "confirmed";
  }

  async #open(signal: AbortSignal): Promise<ModbusSession> {
    const { host, port, unit } = this.#config;
    const session = await openModbus(host, port, unit, signal);
    this.#seen = undefined;
    this.#refusal = "";
    // A command that waits for this connection goes first, the look comes after it.
    setImmediate(() => void this.#look(session));
    this.#life?.beatOn(session);
    const watch = setInterval(() => void this.#look(session), WATCH_MS);
    void session.ended.then(() => clearInterval(watch));
    return session;
  }

  /** Reads the output once. A slave that refuses to be read is alive all the same; one that is silent ends its session. */
  async #look(session: ModbusSession): Promise<void> {
    const writes = this.#writes;
    try {
      const seen = await session.request(this.#read);
      // What was read before a write says nothing about after it.
      if (writes !== this.#writes) return;
      this.#seen = seen;
      this.#refusal = "";
    } catch (thrown) {
      if (thrown instanceof ModbusException) this.#refusal = asError(thrown).message;
    }
  }
}
