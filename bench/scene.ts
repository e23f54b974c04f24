import { CameraAlarm } from "../src/alarm/alarm.ts";
import { type CameraConfig, cameraSchema, configSchema } from "../src/config/schema.ts";
import type { Frame } from "../src/frames/frame.ts";
import { Gate, type GateCounts } from "../src/frames/gate.ts";
import { Ladder } from "../src/frames/ladder.ts";
import { openSource } from "../src/frames/open.ts";
import { systemClock } from "../src/lib/clock.ts";
import { silentLog } from "../src/observe/log.ts";
import { Metrics } from "../src/observe/metrics.ts";
import { CameraWatch } from "../src/observe/watch.ts";
import { type Judgement, Pipeline } from "../src/pipeline.ts";
import { STAGES, type Stage } from "../src/vision/person.ts";
import type { Vision } from "../src/vision/vision.ts";
import { quantile } from "./judge.ts";

export interface Watching {
  judgements: Judgement[];
  counts: GateCounts;
  /** Everything stopped and released. */
  stop(): Promise<void>;
}

export interface WatchOptions {
  camera: Partial<CameraConfig> & { name: string; url: string };
  vision: Vision;
  /** Called in the pipeline with the judged frame, before it is released. */
  onFrame?: (frame: Frame, judgement: Judgement) => void;
}

/** One camera's real pipeline, from the stream to the decision, without outputs and record; what it judges is kept. */
export async function watchCamera({ camera: partial, vision, onFrame }: WatchOptions): Promise<Watching> {
  const config = configSchema.parse({});
  const camera = { ...cameraSchema.parse({ name: partial.name, url: partial.url }), ...partial };
  const judgements: Judgement[] = [];
  const stopping = new AbortController();
  const gate = new Gate(camera, (_, reason) => pipeline.dropped(reason));
  const pipeline: Pipeline = new Pipeline({
    camera,
    source: await openSource(camera, { clock: systemClock, log: silentLog }),
    gate,
    ladder: new Ladder(camera, config.vision.tiers.length),
    eye: vision.eye(camera.name),
    alarm: new CameraAlarm(camera, config.alarm),
    watch: new CameraWatch(),
    clock: systemClock,
    metrics: new Metrics(),
    log: silentLog,
    respond: () => 0,
    onJudged: (judgement) => {
      judgements.push(judgement);
      if (onFrame && pipeline.newest) onFrame(pipeline.newest, judgement);
    },
  });
  const running = pipeline.run(stopping.signal);
  return {
    judgements,
    get counts() {
      return gate.counts;
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
  n: number;
}

/** ms, to a hundredth. */
export function percentiles(values: readonly number[]): Percentiles {
  const at = (q: number) => Math.round(quantile(values, q) * 100) / 100;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), n: values.length };
}

/** Percentiles of every stage that was measured, and of arrival to decision. */
export function stages(judgements: readonly Judgement[]): Record<string, Percentiles> {
  const rows: Record<string, Percentiles> = {};
  for (const stage of STAGES) {
    const values = judgements.map(({ times }) => times[stage as Stage]).filter((value) => value !== undefined);
    if (values.length > 0) rows[stage] = percentiles(values);
  }
  rows["arrival to decision"] = percentiles(judgements.map(({ decisionMs }) => decisionMs));
  return rows;
}

export function printTable(title: string, rows: Record<string, Percentiles>): void {
  process.stdout.write(
    `\n${title}\n${"ms".padEnd(34)}${["p50", "p95", "p99", "n"].map((head) => head.padStart(9)).join("")}\n`,
  );
  for (const [name, { p50, p95, p99, n }] of Object.entries(rows)) {
    process.stdout.write(
      `${name.padEnd(34)}${[p50.toFixed(2), p95.toFixed(2), p99.toFixed(2), String(n)].map((cell) => cell.padStart(9)).join("")}\n`,
    );
  }
}
