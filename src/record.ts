import type { Receipt } from "./actuators/actuator.ts";
import type { AlarmChange } from "./alarm/change.ts";
import { encode } from "./event/encode.ts";
import type { Body, FallChange, Heartbeat, ReceiptEntry, SkeletonTrack } from "./event/event.ts";
import { EventMaker } from "./event/make.ts";
import type { Clock, Monotonic } from "./lib/clock.ts";
import { asError } from "./lib/failure.ts";
import { clockSync } from "./observe/clock-sync.ts";
import type { Logger } from "./observe/log.ts";
import type { SupervisionStatus } from "./observe/supervision.ts";
import type { Happening, Recorder } from "./respond.ts";
import type { TrailPart } from "./trail.ts";
import type { EventClass } from "./uplink/classes.ts";
import type { Outbox } from "./uplink/outbox.ts";

export interface EventRecorderParts {
  device: string;
  clock: Clock;
  log: Logger;
  outbox: Pick<Outbox, "append" | "epoch" | "boot" | "nextSequence">;
  heartbeatS: number;
  /** What the next heartbeat says. */
  heartbeat: () => Omit<Heartbeat, "type">;
}

/** Turns what happens into events and puts them on disk. */
export class EventRecorder implements Recorder {
  readonly #parts: EventRecorderParts;
  readonly #maker: EventMaker;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: EventRecorderParts) {
    this.#parts = parts;
    const { device, clock, outbox } = parts;
    const sync = clockSync(() => clock.now());
    this.#maker = new EventMaker({
      device,
      epoch: outbox.epoch,
      boot: outbox.boot,
      clock,
      sync,
      sequence: () => outbox.nextSequence(),
    });
  }

  /** Heartbeats from now on. */
  start(): void {
    const beat = () => this.#inPassing("heartbeat", { type: "heartbeat", ...this.#parts.heartbeat() });
    beat();
    this.#timer = setInterval(beat, this.#parts.heartbeatS * 1000);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  change({ change, times, trail, cameraOffsetMs }: Happening): Promise<void> {
    const body: FallChange = {
      type: "fallChange",
      kind: change.kind,
      tier: change.tier,
      camera: change.camera,
      zone: change.zone,
      machine: change.machine ?? "",
      track: change.track,
      alarm: change.alarm,
      frameAgeMs: Math.max(0, this.#parts.clock.now() - change.at),
      ...(Number.isNaN(cameraOffsetMs) ? {} : { cameraOffsetMs }),
      score: change.score,
      why: change.why,
      stages: times,
      receipts: [],
      skeleton: trail && hasFallen(change) ? skeletonOf(trail, change.at) : undefined,
    };
    return this.#append(change.kind === "recovered" ? "nearMiss" : "alarm", body);
  }

  receipts(change: AlarmChange, receipts: readonly Receipt[]): Promise<void> {
    const body: Body = {
      type: "actionReceipts",
      alarm: change.alarm,
      camera: change.camera,
      zone: change.zone,
      receipts: receipts.map(
        ({ actuator, state, outcome, writtenMs, confirmedMs, detail }): ReceiptEntry => ({
          actuator,
          state,
          outcome,
          writtenMs,
          confirmedMs,
          detail,
        }),
      ),
    };
    return this.#append("alarm", body);
  }

  /** A camera's supervision state changed. */
  state(camera: string, status: SupervisionStatus): void {
    this.#inPassing("health", { type: "cameraState", camera, state: status.state, reason: status.reason });
  }

  /** For what nobody waits for; a failure is logged, the outbox counts it. */
  #inPassing(kind: EventClass, body: Body): void {
    this.#append(kind, body).catch((thrown) =>
      this.#parts.log.error({ event: body.type, error: asError(thrown).message }, "not recorded"),
    );
  }

  async #append(kind: EventClass, body: Body): Promise<void> {
    const event = this.#maker.make(body);
    await this.#parts.outbox.append({ sequence: event.sequence, id: event.id, class: kind, payload: encode(event) });
  }
}

/** Changes that show how the person came to the ground or up again; the others have nothing new to show. */
function hasFallen({ kind }: AlarmChange): boolean {
  return kind === "suspected" || kind === "confirmed" || kind === "down" || kind === "recovered";
}

function skeletonOf(trail: TrailPart, at: Monotonic): SkeletonTrack {
  return { stepMs: 100, endsMsBefore: Math.max(0, at - trail.at), steps: trail.steps, poses: trail.poses };
}
