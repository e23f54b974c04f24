import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import { ActuatorBank } from "./actuators/bank.ts";
import { CameraAlarm, type KeptAlarm } from "./alarm/alarm.ts";
import { type Credential, openCredential } from "./api/credential.ts";
import type { MachineStatus } from "./api/device.ts";
import { buildApi, entrance, listen } from "./api/server.ts";
import { compare, outputsOf } from "./config/compare.ts";
import type { CameraConfig, Config } from "./config/schema.ts";
import { readSecret } from "./config/secret.ts";
import { Gate } from "./frames/gate.ts";
import { Ladder } from "./frames/ladder.ts";
import { openSource } from "./frames/open.ts";
import { LatchedAlarms } from "./latched.ts";
import { type Clock, systemClock } from "./lib/clock.ts";
import type { Logger } from "./observe/log.ts";
import { Metrics } from "./observe/metrics.ts";
import { CameraWatch } from "./observe/watch.ts";
import { Pipeline } from "./pipeline.ts";
import { EventRecorder } from "./record.ts";
import { type Happening, Respond } from "./respond.ts";
import { Unwatched } from "./unwatched.ts";
import { openUplink } from "./uplink/open.ts";
import { Outbox } from "./uplink/outbox.ts";
import type { Uplink } from "./uplink/uplink.ts";
import { type Desk, View } from "./view.ts";
import { openVision } from "./vision/open.ts";
import type { Spawn } from "./vision/thread.ts";
import type { ModelReport, Vision } from "./vision/vision.ts";

/** How often the supervision states are looked at, ms. */
const WATCH_EVERY_MS = 100;
/** A model run is not given up before this, ms: no model of ours needs a tenth of it on the slowest board. */
const HUNG_AFTER_MS = 1_000;

export interface DeviceOptions {
  log: Logger;
  version: string;
  clock?: Clock;
  /** Machines whose state somebody here can read, for the page. */
  machines?: () => MachineStatus[];
  /** Starts the vision threads; a test hands in its own to hold the real ones. */
  spawn?: Spawn;
}

/** What a reload did, cameras by name. */
export interface Reloaded {
  added: string[];
  removed: string[];
  changed: string[];
  /** Left as they were, with the reason. */
  refused: { camera: string; reason: string }[];
  /** Alarm settings differ: they count for cameras opened from now on. */
  alarm: boolean;
  /** Sections that differ and are read at the start only. */
  needsRestart: string[];
}

/**
 * The whole device. This file is the map: `start` builds and starts every part in the direction of the data, after the outputs and the
 * record are ready to take what comes; `stop` goes backwards.
 */
export class Device {
  readonly metrics = new Metrics();
  readonly #options: DeviceOptions;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  #config: Config;
  #parts: Parts | undefined;
  #reloading: Promise<unknown> = Promise.resolve();

  constructor(config: Config, options: DeviceOptions) {
    this.#config = config;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** What runs now. */
  get config(): Config {
    return this.#config;
  }

  /**
   * Starts everything and resolves once the models have passed their self-test and the cameras are being opened. Rejects with
   * UsageError when a setting cannot work, and when a model fails its self-test: the device then does not arm.
   */
  async start(): Promise<Started> {
    const { config } = this;
    const clock = this.#clock;
    const { log, version, spawn } = this.#options;
    const startedAt = clock.now();
    mkdirSync(config.device.dataDir, { recursive: true });
    const credential = openCredential(config.device.dataDir);

    const bank = await ActuatorBank.open(config.actuators, { clock, log, secret: readSecret });
    const outbox = await Outbox.open({
      dataDir: config.device.dataDir,
      config: config.uplink,
      log,
      metrics: this.metrics,
    });
    const uplink = openUplink(config, { outbox, clock, log, metrics: this.metrics, secret: readSecret });
    const vision = openVision(config.vision, {
      clock,
      log,
      metrics: this.metrics,
      hungAfterMs: Math.max(HUNG_AFTER_MS, ...config.cameras.map((camera) => 2 * camera.latencyBudgetMs)),
      ...(spawn ? { spawn } : {}),
    });
    const latched = new LatchedAlarms(config.device.dataDir, log);
    const kept = latched.load(clock.wall());
    const machines = this.#options.machines ?? (() => []);
    const configured = new Set(config.cameras.map(({ name }) => name));
    const unwatched = new Unwatched(
      kept.filter(({ camera }) => !configured.has(camera)),
      { clock, respond: (happening, reset) => this.#respond(happening, reset, unwatched) },
    );
    const view = new View({
      config,
      version,
      clock,
      log,
      metrics: this.metrics,
      bank,
      outbox,
      latched,
      unwatched,
      uplink,
      machines,
    });
    const recorder = new EventRecorder({
      device: config.device.name,
      clock,
      log,
      outbox,
      heartbeatS: config.uplink.heartbeatS,
      heartbeat: () => view.heartbeat(),
    });
    const respond = new Respond({
      outputs: bank,
      recorder,
      clock,
      metrics: this.metrics,
      log,
      onResponse: (response) => view.responded(response),
    });
    this.#parts = {
      bank,
      outbox,
      uplink,
      vision,
      view,
      recorder,
      respond,
      latched,
      unwatched,
      cameras: new Map(),
      app: undefined,
      timer: undefined,
    };

    // Before the outputs connect: one that is on while all is well must not come on over an open alarm.
    this.#restore(kept, this.#parts);
    bank.start();
    uplink?.start();
    const models = await vision.start();
    for (const camera of config.cameras)
      await this.#open(
        camera,
        kept.filter((alarm) => alarm.camera === camera.name),
        this.#parts,
      );
    this.#parts.timer = setInterval(() => {
      view.supervise(recorder);
      for (const output of bank.actuators)
        output.watched(view.watches((camera) => outputsOf(camera).includes(output.name)));
    }, WATCH_EVERY_MS);
    recorder.start();

    const current = () => this.#config;
    const app = buildApi({
      device: view,
      credential,
      get config() {
        return current();
      },
      log,
      clock,
    });
    const url = await listen(app, config.api);
    this.#parts.app = app;
    log.info({ url, cameras: config.cameras.length, startMs: Math.round(clock.now() - startedAt) }, "started");
    return { url, entrance: entrance(url, credential), credential, models, view };
  }

  /**
   * Follows a checked config without a restart, one reload after the other: cameras come, go and change, the others keep
   * running; open alarms of a changed camera stay open. A camera with an open alarm is not removed: nobody could say whether
   * the person still lies there. Whatever cannot change at run time is left alone and listed. Resolves when the cameras run as reported.
   */
  reload(next: Config): Promise<Reloaded> {
    const done = this.#reloading.then(() => this.#follow(next));
    this.#reloading = done.catch(() => {});
    return done;
  }

  /** Stops right to left; outputs take their fail-safe state, what is recorded stays on disk. Never rejects; repeats do nothing. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    const parts = this.#parts;
    if (!parts) return;
    clearInterval(parts.timer);
    await this.#reloading;
    await parts.app?.close();
    await Promise.all([...parts.cameras.values()].map(({ done }) => done));
    await parts.respond.settled();
    parts.recorder.stop();
    await parts.vision.close();
    await parts.bank.close();
    await parts.latched.close();
    await parts.uplink?.close();
    await parts.outbox.close();
  }

  #restore(kept: readonly KeptAlarm[], { respond, view, cameras, unwatched }: Parts): void {
    for (const alarm of kept) {
      this.#options.log.warn({ alarm: alarm.id, camera: alarm.camera, why: alarm.why.text }, "alarm still open");
      view.restored(alarm);
      const isOpen = () => {
        const desk = cameras.get(alarm.camera)?.pipeline ?? unwatched;
        // A camera that is not opened yet holds it without a desk: nobody can have reset it.
        const waits = desk === unwatched && this.#config.cameras.some(({ name }) => name === alarm.camera);
        return waits || desk.alarms.some(({ id }) => id === alarm.id);
      };
      respond.restore(alarm, this.#stopping.signal, isOpen);
    }
  }

  async #follow(next: Config): Promise<Reloaded> {
    const parts = this.#parts;
    if (!parts || this.#stopping.signal.aborted) throw new Error("the device does not run");
    const difference = compare(this.#config, next);
    const reloaded: Reloaded = {
      added: [],
      removed: [],
      changed: [],
      refused: [...difference.refused],
      alarm: difference.alarm,
      needsRestart: [...difference.needsRestart],
    };
    const running = new Map(this.#config.cameras.map((camera) => [camera.name, camera]));
    this.#config = { ...this.#config, alarm: next.alarm };
    for (const name of difference.removed) {
      const [open] = parts.cameras.get(name)?.pipeline.alarms ?? [];
      if (open) {
        reloaded.refused.push({ camera: name, reason: `alarm ${open.id} is open; reset it, then reload` });
        continue;
      }
      // One raised at the last moment outlives its camera.
      parts.unwatched.add(await this.#close(name, parts));
      parts.view.remove(name);
      running.delete(name);
      reloaded.removed.push(name);
    }
    for (const camera of difference.changed) {
      await this.#open(camera, await this.#close(camera.name, parts), parts);
      running.set(camera.name, camera);
      reloaded.changed.push(camera.name);
    }
    for (const camera of difference.added) {
      await this.#open(camera, parts.unwatched.take(camera.name), parts);
      running.set(camera.name, camera);
      reloaded.added.push(camera.name);
    }
    this.#config = { ...this.#config, cameras: [...running.values()] };
    return reloaded;
  }

  /** The response to a change, on the spot; then the page and the file of open alarms hear of it. */
  #respond(happening: Happening, reset: boolean, desk: Desk): number {
    const parts = this.#parts as Parts;
    const { camera } = happening.change;
    const ms = parts.respond.to(happening, reset);
    parts.view.happened(happening);
    parts.latched.save(
      camera,
      desk.alarms.filter((alarm) => alarm.camera === camera),
    );
    return ms;
  }

  /** Opens a camera and takes up the alarms that it had `open` before. */
  async #open(configured: CameraConfig, open: readonly KeptAlarm[], parts: Parts): Promise<void> {
    const clock = this.#clock;
    const { log } = this.#options;
    const { metrics } = this;
    // Zones are switched at run time; what was configured stays as it is, to be compared with the next config.
    const camera = structuredClone(configured);
    const watch = new CameraWatch();
    watch.fault("");
    const alarm = new CameraAlarm(camera, this.#config.alarm, runPrefix());
    alarm.restore(open);
    const pipeline: Pipeline = new Pipeline({
      camera,
      source: await openSource(camera, { clock, log }),
      gate: new Gate(camera, (_, reason) => pipeline.dropped(reason)),
      ladder: new Ladder(camera, this.#config.vision.tiers.length),
      eye: parts.vision.eye(camera.name),
      alarm,
      watch,
      clock,
      metrics,
      log,
      respond: (happening, reset) => this.#respond(happening, reset, pipeline),
      onJudged: (judgement) => parts.view.judged(camera.name, judgement),
    });
    const closing = new AbortController();
    parts.view.add(pipeline, watch);
    const done = pipeline.run(AbortSignal.any([this.#stopping.signal, closing.signal]));
    parts.cameras.set(camera.name, { pipeline, closing, done });
  }

  /** Ends a camera's pipeline; resolves with the alarms that are open then. */
  async #close(name: string, parts: Parts): Promise<readonly KeptAlarm[]> {
    const running = parts.cameras.get(name);
    if (!running) return [];
    running.closing.abort();
    await running.done;
    parts.cameras.delete(name);
    return running.pipeline.alarms;
  }
}

/** Keeps alarm ids of different runs apart: 6 characters of chance. */
function runPrefix(): string {
  return `${randomBytes(4).toString("base64url").replaceAll(/[-_]/g, "x").slice(0, 6)}-`;
}

export interface Started {
  url: string;
  /** The address that lets its reader in. */
  entrance: string;
  credential: Credential;
  models: ModelReport[];
  view: View;
}

interface RunningCamera {
  pipeline: Pipeline;
  /** Ends this camera alone. */
  closing: AbortController;
  /** Resolves when its last frame is released. */
  done: Promise<void>;
}

interface Parts {
  bank: ActuatorBank;
  outbox: Outbox;
  uplink: Uplink | undefined;
  vision: Vision;
  view: View;
  recorder: EventRecorder;
  respond: Respond;
  latched: LatchedAlarms;
  unwatched: Unwatched;
  cameras: Map<string, RunningCamera>;
  app: FastifyInstance | undefined;
  timer: NodeJS.Timeout | undefined;
}
