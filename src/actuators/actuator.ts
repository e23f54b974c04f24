import type { Monotonic } from "../lib/clock.ts";

/** What an output is asked to be. `active` raises the alarm, `idle` is normal running. */
export type OutputState = "active" | "idle";

/** An order to one output. It dies at `deadline`: a command that was not carried out by then is never replayed later. */
export interface Command {
  /** Id of the alarm that gave the command, for receipts and acknowledgement messages. */
  readonly alarm: string;
  readonly state: OutputState;
  /** Monotonic ms. */
  readonly issuedAt: Monotonic;
  readonly deadline: Monotonic;
  /** Why, in plain words, for payloads that people read. */
  readonly reason: string;
  readonly camera: string;
  readonly zone: string;
}

/**
 * What became of a command.
 * `confirmed`: the other side holds the wanted state (read back, acknowledged) before the deadline ·
 * `commanded`: written in time, but this output cannot be read back, or a later command was written before it was ·
 * `late`: done, but after the deadline · `failed`: not done, or nobody can tell.
 */
export type Outcome = "confirmed" | "commanded" | "late" | "failed";

export interface Receipt {
  readonly actuator: string;
  readonly alarm: string;
  /** What the output was driven to: `active` for an idle command that met a latched output. */
  readonly state: OutputState;
  readonly outcome: Outcome;
  /** Issue of the command to bytes written, ms; NaN when nothing was written. */
  readonly writtenMs: number;
  /** Issue of the command to read-back, ms; NaN when not read back. */
  readonly confirmedMs: number;
  /** Why it failed or was late; empty otherwise. */
  readonly detail: string;
}

/**
 * One local output: a coil, a topic, a webhook, a beacon.
 *
 * "Applied" promises: the write has left this process before `apply` yields to other work when the connection is up;
 * `apply` never throws and always resolves no later than the deadline plus 50 ms with a receipt; two calls in a row are
 * carried out in order. The output is active while any alarm asks for it. A latching output stays active until
 * `release`d by a person's reset, whatever idle commands say.
 */
export interface Actuator {
  readonly name: string;
  /** Life of a command to this output, ms. */
  readonly deadlineMs: number;
  /** What it was last asked to be; undefined before the first command. */
  readonly state: OutputState | undefined;
  apply(command: Command): Promise<Receipt>;
  /** A person's reset of `command.alarm`: lets go of the latch, then as an idle command. */
  release(command: Command): Promise<Receipt>;
  /** Connected and, where it can be read back, in the state it was last asked for. */
  health(): { ok: boolean; detail: string };
  /**
   * Whether the cameras that command this output see what they should, told again and again. An output that has a life bit shows it to
   * the other side, which notices by itself when that ends.
   */
  watched(is: boolean): void;
  /** Opens connections in the background and keeps them open; never throws. */
  start(): void;
  /** Leaves the output in its fail-safe state when it is configured so. */
  close(): Promise<void>;
}
