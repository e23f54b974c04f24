import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ActuatorConfig } from "../config/schema.ts";
import type { Clock } from "../lib/clock.ts";
import { asError } from "../lib/failure.ts";
import { waits } from "../lib/retry.ts";
import type { Logger } from "../observe/log.ts";
import type { Actuator, Command, Outcome, OutputState, Receipt } from "./actuator.ts";
import { Latch } from "./latch.ts";

/** One level for the wire, made from a command by polarity and latch. */
export interface Order {
  /** Unique per order, for acknowledgements and idempotency keys. */
  readonly id: string;
  readonly energised: boolean;
  /** The command behind it, with the state that the output is really to take. */
  readonly command: Command;
  /** Why it may not be written (any more): the deadline has passed, or a later order was written; empty while it may. */
  readonly dead: string;
  /** A later order was written, so that reading back says nothing about this one. */
  readonly overtaken: boolean;
  /** Aborts when nobody waits for the outcome any more. */
  readonly signal: AbortSignal;
  /** To be called when the bytes have left this process. */
  written(): void;
}

/** What differs between kinds of output: how a level reaches the other side. */
export interface Line {
  /**
   * Carries out `order`: writes before it first yields when connected, else waits for the connection, and never writes
   * an order that is `dead` by then.
   * Resolves with `confirmed` when the other side is known to hold the level, with `commanded` when that cannot be known;
   * rejects with the reason.
   */
  drive(order: Order): Promise<"confirmed" | "commanded">;
  health(): { ok: boolean; detail: string };
  /** As `Actuator.watched`; left out where the other side cannot be told. */
  watched?(is: boolean): void;
  start(): void;
  close(): Promise<void>;
}

/** After its deadline a written command has this long to be found `late` instead of `failed`. */
const GRACE_MS = 35;
/** An energise-to-run output is given this long to let go at close. */
const CLOSE_LIMIT_MS = 500;

/** Deadlines, receipts, latch and polarity: everything an output does whatever wire it hangs on. */
export class Output implements Actuator {
  readonly name: string;
  readonly deadlineMs: number;
  readonly #config: ActuatorConfig;
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #latch: Latch;
  /** Aborts at the first command, so that the idle state of the start never overtakes it. */
  readonly #untouched = new AbortController();
  readonly #closing = new AbortController();
  #asked: OutputState | undefined;
  /** Orders are numbered as they come. */
  #orders = 0;
  #lastWritten = 0;

  constructor(config: ActuatorConfig, line: Line, deps: { clock: Clock; log: Logger }) {
    this.name = config.name;
    this.deadlineMs = config.deadlineMs;
    this.#config = config;
    this.#line = line;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#latch = new Latch(config.latching);
  }

  get state(): OutputState | undefined {
    return this.#asked;
  }

  async apply(command: Command): Promise<Receipt> {
    if (command.state === "idle") {
      this.#latch.idle(command.alarm);
      return this.#carryOut(command);
    }
    const first = this.#latch.hold(command.alarm);
    const receipt = await this.#carryOut(command);
    // An order that never left holds nothing: the next idle command must not carry it out after all.
    if (first && receipt.outcome === "failed" && Number.isNaN(receipt.writtenMs)) this.#latch.release(command.alarm);
    return receipt;
  }

  async release(command: Command): Promise<Receipt> {
    this.#latch.release(command.alarm);
    return this.#carryOut(command);
  }

  health(): { ok: boolean; detail: string } {
    return this.#line.health();
  }

  watched(is: boolean): void {
    this.#line.watched?.(is);
  }

  start(): void {
    this.#line.start();
    if (this.#config.polarity === "energise-to-run") void this.#energiseFirst();
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#untouched.abort();
    this.#closing.abort();
    // Nobody watches any more, so an output that says "all is well" must not stay on.
    if (this.#config.polarity === "energise-to-run") {
      const command = this.#own("active", "Spotter stops watching", this.#clock.now() + CLOSE_LIMIT_MS);
      const receipt = await this.#settle(command, AbortSignal.timeout(CLOSE_LIMIT_MS));
      if (receipt.outcome === "failed") this.#log.warn({ ...receipt }, "output not let go at close");
    }
    await this.#line.close();
  }

  /** Energise-to-run: lets the machine run once the line is up, unless a command came first. */
  async #energiseFirst(): Promise<void> {
    const signal = this.#untouched.signal;
    for (const wait of waits()) {
      if (signal.aborted) return;
      const receipt = await this.#settle(this.#own("idle", "Spotter watches", Number.POSITIVE_INFINITY), signal);
      if (receipt.outcome !== "failed" || signal.aborted) return;
      this.#log.warn({ actuator: this.name, detail: receipt.detail }, "the idle state of the start is not set yet");
      await sleep(wait, undefined, { signal }).catch(() => {});
    }
  }

  async #carryOut(command: Command): Promise<Receipt> {
    this.#untouched.abort();
    if (this.#closing.signal.aborted) return this.#receipt(command, "failed", Number.NaN, Number.NaN, "closed");
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), command.deadline - this.#clock.now() + GRACE_MS);
    const stop = (): void => limit.abort();
    this.#closing.signal.addEventListener("abort", stop, { once: true });
    const receipt = await this.#settle({ ...command, state: this.#latch.state }, limit.signal);
    clearTimeout(timer);
    this.#closing.signal.removeEventListener("abort", stop);
    return receipt;
  }

  /** Drives the line to `command.state`; resolves when that is settled, or soon after `signal` aborts. */
  async #settle(command: Command, signal: AbortSignal): Promise<Receipt> {
    const { issuedAt, deadline, state } = command;
    let writtenAt = Number.NaN;
    this.#asked = state;
    this.#orders += 1;
    const turn = this.#orders;
    const overtaken = (): boolean => this.#lastWritten > turn;
    const dead = (): string => {
      if (overtaken()) return "a later command was written first";
      return this.#clock.now() >= deadline || signal.aborted ? "the deadline passed before it could be written" : "";
    };
    const order: Order = {
      id: randomUUID(),
      energised: (state === "idle") === (this.#config.polarity === "energise-to-run"),
      command,
      signal,
      get dead() {
        return dead();
      },
      get overtaken() {
        return overtaken();
      },
      written: () => {
        if (Number.isNaN(writtenAt)) writtenAt = this.#clock.now();
        this.#lastWritten = Math.max(this.#lastWritten, turn);
      },
    };
    const over = new AbortController();
    try {
      if (order.dead !== "") throw new Error(order.dead);
      const done = await Promise.race([this.#line.drive(order), overdue(signal, over.signal)]);
      const now = this.#clock.now();
      const confirmedMs = done === "confirmed" ? now - issuedAt : Number.NaN;
      const late = (done === "confirmed" ? now : writtenAt) > deadline;
      const detail = late ? `done ${Math.round(now - deadline)} ms after the deadline` : "";
      return this.#receipt(command, late ? "late" : done, writtenAt - issuedAt, confirmedMs, detail);
    } catch (thrown) {
      const sent = Number.isNaN(writtenAt) ? "" : "written, but not confirmed: ";
      return this.#receipt(command, "failed", writtenAt - issuedAt, Number.NaN, sent + asError(thrown).message);
    } finally {
      over.abort();
    }
  }

  #receipt(command: Command, outcome: Outcome, writtenMs: number, confirmedMs: number, detail: string): Receipt {
    const { alarm, state } = command;
    return { actuator: this.name, alarm, state, outcome, writtenMs, confirmedMs, detail };
  }

  #own(state: OutputState, reason: string, deadline: number): Command {
    return { alarm: "", state, issuedAt: this.#clock.now(), deadline, reason, camera: "", zone: "" };
  }
}

/** Rejects just after `signal` aborts, so that a line that says why itself is heard first; stops listening at `over`. */
function overdue(signal: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => void setImmediate(() => reject(new Error("no answer before the deadline")));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true, signal: over });
  });
}
