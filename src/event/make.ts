import { type Body, type Clocks, type Event, SCHEMA, type Trace } from "./event.ts";
import { IdMaker, traceOf } from "./id.ts";

export interface Origin {
  readonly device: string;
  /** Random number of the file that sequences count in. */
  readonly epoch: number;
  /** Counts the runs of the service within `epoch`. */
  readonly boot: number;
  readonly clock: { now(): number; wall(): number };
  /** Whether a time source keeps the wall clock right now. */
  sync(): Clocks["sync"];
  /** The next sequence number, from 1, never given twice within `epoch`. */
  sequence(): number;
  /** Fills ids; the platform's own source unless given. */
  readonly random?: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array;
}

/** Gives each thing that happened its id, sequence and time. */
export class EventMaker {
  readonly #origin: Origin;
  readonly #ids: IdMaker;

  constructor(origin: Origin) {
    this.#origin = origin;
    this.#ids = new IdMaker(origin.random);
  }

  /** `trace`: the trace that this is part of; without it the event begins one of its own. */
  make(body: Body, trace?: Trace): Event<Body> {
    const { device, epoch, boot, clock, sync, sequence } = this.#origin;
    const wallMs = clock.wall();
    const id = this.#ids.next(wallMs);
    return {
      schema: SCHEMA,
      id,
      device,
      sequence: sequence(),
      epoch,
      clock: { wallMs, monotonicMs: clock.now(), boot, sync: sync() },
      trace: trace ?? traceOf(id),
      resent: false,
      body,
    };
  }
}
