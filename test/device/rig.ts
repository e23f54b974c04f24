import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { onTestFinished } from "vitest";
import type { AlarmStatus, Status } from "../../src/api/device.ts";
import { type Config, configSchema } from "../../src/config/schema.ts";
import { Device, type DeviceOptions, type Started } from "../../src/device.ts";
import { type Logger, silentLog } from "../../src/observe/log.ts";
import type { Spawn } from "../../src/vision/thread.ts";
import { writeClip } from "../fakes/clip.ts";
import { steeredCatalogue } from "../vision/steered.ts";

type Draft = Parameters<typeof configSchema.parse>[0] & object;

/**
 * The steered models see one body when the top left of the picture is blue and nobody when it is black; to them that body falls and
 * lies all the time. With these votes it is suspected and confirmed within a few frames.
 */
export const steered = {
  vision: { catalogue: steeredCatalogue, tiers: ["steered-eyes"], fall: "steered-fall" },
  alarm: {
    tier1: { score: 0.1, needed: 2, asked: 5 },
    tier2: { score: 0.3, needed: 1, asked: 5 },
    confirmAfterS: 0.05,
    clearAfterS: 2.5,
    minScore: 0.4,
  },
  // A busy machine is no reason to miss anything here.
  camera: { latencyBudgetMs: 20_000, maxFrameAgeMs: 20_000 },
};

const FPS = 15;
const BLACK = [0, 0, 0] as const;
const BLUE = [0, 0, 255] as const;

/** A directory that is gone after the test. */
export async function directory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "spotter-device-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  return dir;
}

/** A clip in which somebody is seen for two seconds, one second after its start, and nobody for a long while after. */
export async function fallClip(dir: string, seconds = 20): Promise<string> {
  const path = join(dir, "fall.mp4");
  const topLeft = (k: number) => (k >= FPS && k < 3 * FPS ? BLUE : BLACK);
  await writeClip(path, { width: 128, height: 64, fps: FPS, frames: seconds * FPS, topLeft });
  return path;
}

/** A clip in which nobody is ever seen. */
export async function emptyClip(dir: string, seconds = 5): Promise<string> {
  const path = join(dir, "empty.mp4");
  await writeClip(path, { width: 128, height: 64, fps: FPS, frames: seconds * FPS, topLeft: () => BLACK });
  return path;
}

export function configOf(draft: Draft): Config {
  return configSchema.parse({ vision: steered.vision, alarm: steered.alarm, api: { port: 0 }, ...draft });
}

export interface Run extends Started {
  device: Device;
  /** Vision threads in the order of their start. */
  workers: { thread: Worker; firstPixel: Uint8Array }[];
}

/** A running device that is stopped after the test, if not before. */
export async function start(config: Config, options: Partial<DeviceOptions> = {}): Promise<Run> {
  const workers: Run["workers"] = [];
  const spawn: Spawn = (file, data) => {
    const thread = new Worker(file, { workerData: data });
    workers.push({ thread, firstPixel: new Uint8Array(data.memory, 0, 3) });
    return thread;
  };
  const device = new Device(config, { log: silentLog, version: "test", spawn, ...options });
  onTestFinished(() => device.stop());
  const started = await device.start();
  return { ...started, device, workers };
}

/** Resolves with the first status for which `check` gives something, once something has changed. */
export function until<T>({ view }: Started, check: (status: Status) => T | undefined | false): Promise<T> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      try {
        const found = check(view.status());
        if (found === undefined || found === false) return;
        stop();
        resolve(found);
      } catch (thrown) {
        stop();
        reject(thrown);
      }
    };
    const unsubscribe = view.subscribe(look);
    // What changes with time alone, such as the reason of a refusal, is news to nobody.
    const timer = setInterval(look, 50);
    const stop = (): void => {
      clearInterval(timer);
      unsubscribe();
    };
    look();
  });
}

/** The first alarm that has got as far as `stage`. */
export const alarmAt =
  (stage: AlarmStatus["stage"]) =>
  ({ alarms }: Status): AlarmStatus | undefined =>
    alarms.findLast((alarm) => alarm.steps.some((step) => step.kind === stage));

export const armed = (status: Status): boolean =>
  status.cameras.length > 0 && status.cameras.every((camera) => camera.state === "armed");

/** A log that keeps its lines. */
export function keepingLog(): { log: Logger; lines: { message: string; [key: string]: unknown }[] } {
  const lines: { message: string; [key: string]: unknown }[] = [];
  const write = (first: unknown, second?: string): void => {
    lines.push(typeof first === "string" ? { message: first } : { ...(first as object), message: second ?? "" });
  };
  const names = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
  const log = { ...Object.fromEntries(names.map((name) => [name, write])) } as unknown as Logger;
  return { log, lines };
}

/** Frames of a camera by the device's figures: those that came, and the sum over what became of them. */
export async function accounts(
  { device }: Run,
  camera: string,
): Promise<{ in: number; fates: Record<string, number> }> {
  const value = async (name: string) =>
    ((await device.metrics.registry.getSingleMetric(name)?.get())?.values ?? []).filter(
      ({ labels }) => labels.camera === camera,
    );
  const fates = Object.fromEntries(
    (await value("spotter_frames_total")).map(({ labels, value: count }) => [String(labels.fate), count]),
  );
  return { in: (await value("spotter_frames_in_total"))[0]?.value ?? 0, fates };
}

export const sum = (fates: Record<string, number>): number => Object.values(fates).reduce((a, b) => a + b, 0);
