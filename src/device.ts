import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import { ActuatorBank } from "./actuators/bank.ts";
import { CameraAlarm } from "./alarm/alarm.ts";
import { type Credential, openCredential } from "./api/credential.ts";
import type { MachineStatus } from "./api/device.ts";
import { buildApi, entrance, listen } from "./api/server.ts";
import type { CameraConfig, Config } from "./config/schema.ts";
import { readSecret } from "./config/secret.ts";
import { Gate } from "./frames/gate.ts";
import { Ladder } from "./frames/ladder.ts";
import { openSource } from "./frames/open.ts";
import { type Clock, systemClock } from "./lib/clock.ts";
import type { Logger } from "./observe/log.ts";
import { Metrics } from "./observe/metrics.ts";
import { CameraWatch } from "./observe/watch.ts";
import { Pipeline } from "./pipeline.ts";
import { EventRecorder } from "./record.ts";
import { Respond } from "./respond.ts";
import { openUplink } from "./uplink/open.ts";
import { Outbox } from "./uplink/outbox.ts";
import type { Uplink } from "./uplink/uplink.ts";
import { View } from "./view.ts";
import { openVision } from "./vision/open.ts";
import type { ModelReport, Vision } from "./vision/vision.ts";

/** How often the supervision states are looked at, ms. */
const WATCH_EVERY_MS = 100;

export interface DeviceOptions {
  log: Logger;
  version: string;
  clock?: Clock;
  /** Machines whose state somebody here can read, for the page. */
  machines?: () => MachineStatus[];
}

/**
 * The whole device. This file is the map: `start` builds and starts every part in the direction of the data, after the outputs and the
 * record are ready to take what comes; `stop` goes backwards.
 */
export class Device {
  readonly config: Config;
  readonly metrics = new Metrics();
  readonly #options: DeviceOptions;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  #parts: Parts | undefined;

  constructor(config: Config, options: DeviceOptions) {
    this.config = config;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Starts everything and resolves once the models have passed their self-test and the cameras are being opened. Rejects with
   * UsageError when a setting cannot work, and when a model fails its self-test: the device then does not arm.
   */
  async start(): Promise<Started> {
    const { config } = this;
    const clock = this.#clock;
    const { log, version } = this.#options;
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
      hungAfterMs: 2 * Math.max(0, ...config.cameras.map((camera) => camera.latencyBudgetMs)),
    });
    const machines = this.#options.machines ?? (() => []);
    const view = new View({ config, version, clock, log, metrics: this.metrics, bank, outbox, uplink, machines });
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
      pipelines: [],
      running: [],
      app: undefined,
      timer: undefined,
    };

    bank.start();
    uplink?.start();
    const models = await vision.start();
    for (const camera of config.cameras) await this.#watch(camera, this.#parts);
    this.#parts.timer = setInterval(() => view.supervise(recorder), WATCH_EVERY_MS);
    recorder.start();

    const app = buildApi({ device: view, credential, config, log, clock });
    const url = await listen(app, config.api);
    this.#parts.app = app;
    log.info({ url, cameras: config.cameras.length, startMs: Math.round(clock.now() - startedAt) }, "started");
    return { url, entrance: entrance(url, credential), credential, models, view };
  }

  /** Stops right to left; outputs take their fail-safe state, what is recorded stays on disk. Never rejects; repeats do nothing. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    const parts = this.#parts;
    if (!parts) return;
    clearInterval(parts.timer);
    await parts.app?.close();
    await Promise.all(parts.running);
    await parts.respond.settled();
    parts.recorder.stop();
    await parts.vision.close();
    await parts.bank.close();
    await parts.uplink?.close();
    await parts.outbox.close();
  }

  async #watch(camera: CameraConfig, parts: Parts): Promise<void> {
    const clock = this.#clock;
    const { log } = this.#options;
    const { metrics } = this;
    const watch = new CameraWatch();
    watch.fault("");
    const pipeline: Pipeline = new Pipeline({
      camera,
      source: await openSource(camera, { clock, log }),
      gate: new Gate(camera, (_, reason) => pipeline.dropped(reason)),
      ladder: new Ladder(camera, this.config.vision.tiers.length),
      eye: parts.vision.eye(camera.name),
      alarm: new CameraAlarm(camera, this.config.alarm, runPrefix()),
      watch,
      clock,
      metrics,
      log,
      respond: (happening, reset) => {
        const ms = parts.respond.to(happening, reset);
        parts.view.happened(happening);
        return ms;
      },
      onJudged: (judgement) => parts.view.judged(camera.name, judgement),
    });
    parts.view.add(pipeline, watch);
    parts.pipelines.push(pipeline);
    parts.running.push(pipeline.run(this.#stopping.signal));
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

interface Parts {
  bank: ActuatorBank;
  outbox: Outbox;
  uplink: Uplink | undefined;
  vision: Vision;
  view: View;
  recorder: EventRecorder;
  respond: Respond;
  pipelines: Pipeline[];
  running: Promise<void>[];
  app: FastifyInstance | undefined;
  timer: NodeJS.Timeout | undefined;
}
