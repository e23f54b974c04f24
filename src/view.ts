import type { ActuatorBank } from "./actuators/bank.ts";
import type { KeptAlarm, OpenAlarm, ResetResult } from "./alarm/alarm.ts";
import type { CameraStatus, DeviceView, MachineStatus, News, Picture, Status, Verdict } from "./api/device.ts";
import type { CameraConfig, Config } from "./config/schema.ts";
import type { Heartbeat } from "./event/event.ts";
import { Journal } from "./journal.ts";
import type { Clock, Monotonic } from "./lib/clock.ts";
import type { Logger } from "./observe/log.ts";
import type { Metrics } from "./observe/metrics.ts";
import { Recent } from "./observe/recent.ts";
import { SUPERVISION, type SupervisionStatus, worst } from "./observe/supervision.ts";
import type { CameraWatch } from "./observe/watch.ts";
import type { Judgement, Pipeline } from "./pipeline.ts";
import type { Happening, Response } from "./respond.ts";
import type { Outbox } from "./uplink/outbox.ts";
import type { Uplink } from "./uplink/uplink.ts";
import type { Person } from "./vision/person.ts";

const MINUTE_MS = 60_000;

interface Watched {
  pipeline: Pipeline;
  watch: CameraWatch;
  recent: Recent;
  status: SupervisionStatus;
}

/** Whoever holds open alarms and can end them. */
export interface Desk {
  readonly alarms: readonly OpenAlarm[];
  acknowledge(id: string, who: string): boolean;
  reset(id: string, who: string): ResetResult;
  refusal(id: string): string | undefined;
}

/** Told when a camera's supervision state changes. */
export interface StateListener {
  state(camera: string, status: SupervisionStatus): void;
}

export interface ViewParts {
  config: Config;
  version: string;
  clock: Clock;
  metrics: Metrics;
  log: Logger;
  bank: ActuatorBank;
  outbox: Pick<Outbox, "stats" | "health">;
  /** Whether open alarms would survive a restart. */
  latched: { health(): { ok: boolean; detail: string } };
  /** Alarms of cameras that are gone. */
  unwatched: Desk;
  /** None when no broker is configured. */
  uplink: Pick<Uplink, "connected"> | undefined;
  machines: () => MachineStatus[];
}

/** The device as the API and the heartbeat see it. Gathers, decides nothing. */
export class View implements DeviceView {
  readonly #parts: ViewParts;
  readonly #startedAt: Monotonic;
  readonly #cameras = new Map<string, Watched>();
  readonly #journal = new Journal();
  readonly #listeners = new Set<(news: News) => void>();

  constructor(parts: ViewParts) {
    this.#parts = parts;
    this.#startedAt = parts.clock.now();
  }

  /** Shows a camera, in the place of an earlier one of the same name. */
  add(pipeline: Pipeline, watch: CameraWatch): void {
    const status = watch.status(this.#parts.clock.now());
    this.#cameras.set(pipeline.camera.name, { pipeline, watch, recent: new Recent(MINUTE_MS), status });
    this.#tell({ kind: "status" });
  }

  remove(camera: string): void {
    this.#cameras.delete(camera);
    for (const state of SUPERVISION) this.#parts.metrics.cameraState.remove({ camera, state });
    this.#tell({ kind: "status" });
  }

  /** An alarm of the run before is open still. */
  restored(alarm: KeptAlarm): void {
    this.#journal.restore(alarm);
  }

  judged(camera: string, judgement: Judgement): void {
    this.#cameras.get(camera)?.recent.add(judgement.decisionMs, this.#parts.clock.now());
    this.#tell({
      kind: "people",
      camera,
      people: judgement.people,
      capturedAt: judgement.wallTime,
      decisionMs: judgement.decisionMs,
    });
  }

  happened({ change, times }: Happening, who?: string): void {
    const spent = Object.entries(times).reduce((sum, [stage, ms]) => (stage === "actuate" ? sum : sum + ms), 0);
    this.#journal.note(change, spent > 0 ? spent : null, who);
    this.#tell({ kind: "status" });
  }

  responded({ change, receipts }: Response): void {
    this.#journal.answer(change, receipts);
    this.#tell({ kind: "status" });
  }

  /** Looks at every camera's state; tells `listener` what changed. To be called every 100 ms or so. */
  supervise(listener: StateListener): void {
    const { clock, metrics, log } = this.#parts;
    for (const [camera, watched] of this.#cameras) {
      const status = this.#judge(watched, clock.now());
      if (status.state === watched.status.state) {
        watched.status = status;
        continue;
      }
      log[status.state === "armed" ? "info" : "warn"](
        { camera, from: watched.status.state, ...status },
        "supervision state",
      );
      watched.status = status;
      for (const state of SUPERVISION) metrics.cameraState.set({ camera, state }, state === status.state ? 1 : 0);
      listener.state(camera, status);
      this.#tell({ kind: "status" });
    }
  }

  /** Whether every camera that is `concerned`, or every one if none is, would see somebody who falls now. As last supervised. */
  watches(concerned: (camera: CameraConfig) => boolean): boolean {
    const all = [...this.#cameras.values()];
    const some = all.filter(({ pipeline }) => concerned(pipeline.camera));
    const state = worst((some.length > 0 ? some : all).map(({ status }) => status.state));
    return state === "armed" || state === "degraded";
  }

  status(): Status {
    const { config, version, clock, bank, outbox, uplink, machines } = this.#parts;
    const now = clock.now();
    const cameras = [...this.#cameras.values()].map((watched) => this.#cameraStatus(watched, now));
    const state = worst(cameras.map((camera) => camera.state));
    const blame = cameras.find((camera) => camera.state === state);
    const kinds = new Map(config.actuators.map((actuator) => [actuator.name, actuator.kind]));
    return {
      device: { name: config.device.name, site: config.device.site, version },
      state,
      reason: blame
        ? blame.reason && cameras.length > 1
          ? `${blame.name}: ${blame.reason}`
          : blame.reason
        : "no camera is configured",
      now: clock.wall(),
      cameras,
      machines: machines(),
      outputs: bank.actuators.map((actuator) => ({
        name: actuator.name,
        kind: kinds.get(actuator.name) ?? "",
        state: actuator.state ?? "idle",
        ...actuator.health(),
      })),
      alarms: this.#journal.list((id) => this.#deskOf(id)?.refusal(id) ?? null),
      cloud: {
        state: uplink === undefined ? "off" : uplink.connected ? "connected" : "offline",
        waiting: Object.values(outbox.stats.events).reduce((sum, count) => sum + count, 0),
      },
    };
  }

  picture(camera: string, maxWidth: number): Picture | undefined {
    const frame = this.#cameras.get(camera)?.pipeline.newest;
    if (!frame) return undefined;
    const scale = Math.min(1, maxWidth / frame.size.width);
    const width = Math.max(2, Math.round((frame.size.width * scale) / 2) * 2);
    const height = Math.max(2, Math.round((frame.size.height * scale) / 2) * 2);
    const data = new Uint8Array(width * height * 3);
    frame.paint(data, { width, height });
    return { data, width, height, sequence: frame.sequence, ageMs: this.#parts.clock.now() - frame.capturedAt };
  }

  people(camera: string): readonly Person[] {
    return this.#cameras.get(camera)?.pipeline.people ?? [];
  }

  acknowledge(alarm: string, who: string): Verdict {
    const desk = this.#deskOf(alarm);
    if (!desk) return { ok: false, code: "unknown", reason: `no open alarm has the id ${alarm}` };
    if (!desk.acknowledge(alarm, who))
      return { ok: false, code: "refused", reason: "somebody has acknowledged it already" };
    return { ok: true };
  }

  reset(alarm: string, who: string): Verdict {
    const desk = this.#deskOf(alarm);
    if (!desk) return { ok: false, code: "unknown", reason: `no open alarm has the id ${alarm}` };
    const result = desk.reset(alarm, who);
    return result.ok ? { ok: true } : { ok: false, code: "refused", reason: result.reason };
  }

  enableZone(camera: string, zone: string, enabled: boolean): Verdict {
    const found = this.#cameras.get(camera)?.pipeline.camera.zones.find((candidate) => candidate.name === zone);
    if (!found) return { ok: false, code: "unknown", reason: `camera ${camera} has no zone ${zone}` };
    found.enabled = enabled;
    this.#parts.log.warn({ camera, zone, enabled }, "zone switched");
    this.#tell({ kind: "status" });
    return { ok: true };
  }

  /** What the next heartbeat says; frames are counted since the last call. */
  heartbeat(): Omit<Heartbeat, "type"> {
    const { config, version, clock, outbox } = this.#parts;
    const now = clock.now();
    return {
      uptimeS: Math.round((now - this.#startedAt) / 1000),
      version,
      models: [...config.vision.tiers, config.vision.fall],
      cameras: [...this.#cameras.values()].map(({ pipeline, recent, status }) => {
        const quantiles = recent.quantiles(now);
        return {
          camera: pipeline.camera.name,
          state: status.state,
          decisionP50Ms: quantiles?.p50 ?? Number.NaN,
          decisionP99Ms: quantiles?.p99 ?? Number.NaN,
          frames: pipeline.takeCounts(),
        };
      }),
      outboxEvents: Object.values(outbox.stats.events).reduce((sum, count) => sum + count, 0),
      outboxOldestS: Math.round(outbox.stats.oldestMs / 1000),
    };
  }

  metrics(): Promise<string> {
    return this.#parts.metrics.registry.metrics();
  }

  subscribe(listener: (news: News) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(news: News): void {
    for (const listener of this.#listeners) listener(news);
  }

  #deskOf(alarm: string): Desk | undefined {
    const desks = [...[...this.#cameras.values()].map(({ pipeline }) => pipeline), this.#parts.unwatched];
    return desks.find(({ alarms }) => alarms.some(({ id }) => id === alarm));
  }

  /** The camera's own state, made worse by outputs that would not follow. */
  #judge({ watch }: Watched, now: number): SupervisionStatus {
    const status = watch.status(now);
    if (status.state !== "armed") return status;
    const dead = this.#parts.bank.actuators.find((actuator) => !actuator.health().ok);
    if (dead) return { state: "degraded", reason: `output ${dead.name}: ${dead.health().detail}` };
    const { latched, outbox } = this.#parts;
    const store = [latched.health(), outbox.health()].find(({ ok }) => !ok);
    return store ? { state: "degraded", reason: store.detail } : status;
  }

  #cameraStatus({ pipeline, recent, status }: Watched, now: number): CameraStatus {
    const { camera, rung, newest } = pipeline;
    return {
      name: camera.name,
      state: status.state,
      reason: status.reason,
      fps: Math.round(recent.rate(now) * 10) / 10,
      model: this.#parts.config.vision.tiers[rung.tier] ?? "",
      frameAgeMs: newest ? Math.round(now - newest.capturedAt) : null,
      decisionMs: recent.quantiles(now) ?? null,
      zones: camera.zones.map((zone) => ({ ...zone, machine: zone.machine ?? null })),
    };
  }
}
