import { setTimeout as sleep } from "node:timers/promises";
import type { Receipt } from "./actuators/actuator.ts";
import type { KeptAlarm } from "./alarm/alarm.ts";
import type { AlarmChange } from "./alarm/change.ts";
import type { Clock } from "./lib/clock.ts";
import { asError } from "./lib/failure.ts";
import { waits } from "./lib/retry.ts";
import type { Logger } from "./observe/log.ts";
import type { Metrics } from "./observe/metrics.ts";
import type { TrailPart } from "./trail.ts";
import type { StageTimes } from "./vision/person.ts";

/** Everything known at the moment of a change. */
export interface Happening {
  readonly change: AlarmChange;
  /** Stages of the deciding frame; empty when a person caused the change. */
  readonly times: StageTimes;
  readonly trail: TrailPart | undefined;
  /** Index of the model tier that saw it. */
  readonly tier: number;
  /** The camera's own clock minus this device's at the deciding frame, ms; NaN when the camera does not tell its time. */
  readonly cameraOffsetMs: number;
}

export interface Response extends Happening {
  readonly receipts: readonly Receipt[];
  /** Capture of the deciding frame to the last confirmed output, ms; NaN when none was confirmed. */
  readonly actedMs: number;
}

/** The outputs, as the response needs them. */
export interface Outputs {
  fire(names: readonly string[], firing: Order & { state: "active" | "idle" }): Promise<Receipt[]>;
  release(names: readonly string[], firing: Order): Promise<Receipt[]>;
}

interface Order {
  readonly alarm: string;
  readonly issuedAt: number;
  readonly reason: string;
  readonly camera: string;
  readonly zone: string;
}

/** Keeps what happened; each call is durable on disk when its promise resolves. */
export interface Recorder {
  change(happening: Happening): Promise<void>;
  receipts(change: AlarmChange, receipts: readonly Receipt[]): Promise<void>;
}

export interface RespondParts {
  outputs: Outputs;
  recorder: Recorder;
  clock: Clock;
  metrics: Metrics;
  log: Logger;
  /** Told when all outputs have answered. */
  onResponse?: (response: Response) => void;
}

/**
 * What a change of alarm sets off, in this order: outputs first, on the spot; then the record on disk; telling the cloud
 * is the uplink's work and happens whenever there is a network. Nothing of the record can hold up an output: the writes have
 * left before the first byte of it is made.
 */
export class Respond {
  readonly #parts: RespondParts;
  readonly #pending = new Set<Promise<unknown>>();

  constructor(parts: RespondParts) {
    this.#parts = parts;
  }

  /** Starts the response and returns at once with the time it took to command the outputs, ms. Never throws. */
  to(happening: Happening, reset = false): number {
    const { clock, metrics } = this.#parts;
    const { change } = happening;
    const issuedAt = clock.now();
    const receipts = this.#command(change, issuedAt, reset);
    const commandMs = clock.now() - issuedAt;
    metrics.changes.inc({ camera: change.camera, change: change.kind });
    this.#track(this.#record({ ...happening, times: { ...happening.times, actuate: commandMs } }, receipts, issuedAt));
    return commandMs;
  }

  /**
   * Takes up an alarm that was open before a restart: its outputs are commanded again, on the spot, and those that cannot be
   * written are tried until they are, `over` aborts or the alarm is not `stillOpen`. Nothing is recorded: it is the same alarm.
   */
  restore(alarm: KeptAlarm, over: AbortSignal, stillOpen: () => boolean): void {
    this.#track(this.#hold(alarm, over, stillOpen));
  }

  async #hold(alarm: KeptAlarm, over: AbortSignal, stillOpen: () => boolean): Promise<void> {
    const { outputs, clock, log } = this.#parts;
    const { id, camera, place, tier, why } = alarm;
    let names = tier === 1 ? place.tier1 : [...place.tier1, ...place.tier2];
    const pauses = waits();
    while (names.length > 0) {
      const order = { alarm: id, issuedAt: clock.now(), reason: why.text, camera, zone: place.name };
      const receipts = await outputs.fire(names, { ...order, state: "active" });
      const unwritten = receipts.filter(({ outcome, writtenMs }) => outcome === "failed" && Number.isNaN(writtenMs));
      for (const receipt of unwritten) log.error({ ...receipt }, "an output does not hold its restored alarm yet");
      names = unwritten.map(({ actuator }) => actuator);
      if (names.length > 0) await sleep(pauses.next().value as number, undefined, { signal: over }).catch(() => {});
      if (over.aborted || !stillOpen()) return;
    }
  }

  /** Resolves when every response so far has its receipts and its record. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  #command(change: AlarmChange, issuedAt: number, reset: boolean): Promise<Receipt[]> {
    const { outputs } = this.#parts;
    const { tier1, tier2 } = change.actions;
    const both = [...tier1, ...tier2];
    const order = { alarm: change.alarm, issuedAt, reason: change.why.text, camera: change.camera, zone: change.zone };
    switch (change.kind) {
      case "suspected":
        return outputs.fire(tier1, { ...order, state: "active" });
      case "confirmed":
      case "down":
        return outputs.fire(both, { ...order, state: "active" });
      case "recovered":
        return outputs.fire(tier1, { ...order, state: "idle" });
      case "cleared":
        return reset ? outputs.release(both, order) : outputs.fire(both, { ...order, state: "idle" });
      case "acknowledged":
        return Promise.resolve([]);
    }
  }

  async #record(happening: Happening, fired: Promise<Receipt[]>, issuedAt: number): Promise<void> {
    const { recorder, log, metrics, onResponse } = this.#parts;
    const { change } = happening;
    const kept = recorder.change(happening).catch((thrown) => {
      log.error({ alarm: change.alarm, error: asError(thrown).message }, "the alarm could not be written to disk");
    });
    const receipts = await fired;
    const toIssue = issuedAt - change.at;
    let actedMs = Number.NaN;
    for (const receipt of receipts) {
      const tookMs = Number.isNaN(receipt.confirmedMs) ? receipt.writtenMs : receipt.confirmedMs;
      if (!Number.isNaN(tookMs))
        metrics.actuation.observe({ actuator: receipt.actuator, outcome: receipt.outcome }, (toIssue + tookMs) / 1000);
      if (receipt.outcome === "confirmed")
        actedMs = Math.max(Number.isNaN(actedMs) ? 0 : actedMs, toIssue + receipt.confirmedMs);
      if (receipt.outcome === "failed" || receipt.outcome === "late")
        log.error({ ...receipt }, "an output did not follow in time");
    }
    log.info(
      {
        camera: change.camera,
        change: change.kind,
        alarm: change.alarm,
        zone: change.zone,
        why: change.why.text,
        actedMs,
      },
      "alarm",
    );
    onResponse?.({ ...happening, receipts, actedMs });
    await kept;
    if (receipts.length > 0) {
      await recorder.receipts(change, receipts).catch((thrown) => {
        log.error({ alarm: change.alarm, error: asError(thrown).message }, "the receipts could not be written to disk");
      });
    }
  }

  #track(work: Promise<void>): void {
    const done = work.finally(() => this.#pending.delete(done));
    this.#pending.add(done);
  }
}
