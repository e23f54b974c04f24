import { mkdirSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { drawOverlay } from "../api/overlay.ts";
import { loadConfig } from "../config/load.ts";
import { type CameraConfig, type Config, configSchema } from "../config/schema.ts";
import type { Frame } from "../frames/frame.ts";
import { systemClock } from "../lib/clock.ts";
import { UsageError } from "../lib/failure.ts";
import { createLog } from "../observe/log.ts";
import { type ReplayedChange, replay } from "../replay.ts";
import { openVision } from "../vision/open.ts";
import type { Person } from "../vision/person.ts";

export interface ReplayCliOptions {
  config?: string;
  camera?: string;
  json?: boolean;
  hold: number;
  slower: number;
  observations?: boolean;
  overlay?: string;
}

/** `spotter replay`: prints every change of a clip on standard output. Throws UsageError for what the caller can mend. */
export async function replayVideo(video: string, options: ReplayCliOptions): Promise<void> {
  if (!Number.isFinite(options.slower) || options.slower <= 0)
    throw new UsageError(`--slower ${options.slower}: give a factor above 0, such as 4`);
  const config: Config = options.config ? loadConfig(options.config) : configSchema.parse({});
  const camera = cameraOf(config, options.camera);
  const log = createLog("warn");
  const vision = openVision(config.vision, { clock: systemClock, log });
  if (options.overlay) mkdirSync(options.overlay, { recursive: true });
  const drawings: Promise<unknown>[] = [];
  try {
    await vision.start();
    const changes = await replay(video, {
      vision,
      alarm: config.alarm,
      log,
      ...(camera ? { camera } : {}),
      holdS: options.hold,
      slower: options.slower,
      onFrame: (frame, people, decided) => {
        if (options.observations) print(observation(frame, people));
        if (options.overlay)
          for (const change of decided)
            drawings.push(draw(frame, people, camera, `${change.kind}: ${change.why.text}`, options.overlay));
      },
    });
    await Promise.all(drawings);
    if (options.observations) return;
    for (const change of changes) print(options.json ? asJson(change) : asText(change));
    if (changes.length === 0 && !options.json) print("nothing happened");
  } finally {
    await vision.close();
  }
}

function cameraOf(config: Config, name: string | undefined): CameraConfig | undefined {
  if (name === undefined) return config.cameras[0];
  const camera = config.cameras.find((candidate) => candidate.name === name);
  if (!camera)
    throw new UsageError(
      `--camera ${name}: the config has ${config.cameras.map((c) => c.name).join(", ") || "no cameras"}`,
    );
  return camera;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const rounded = (value: number, digits = 3): number => Number(value.toFixed(digits));

function asJson({ at, change }: ReplayedChange): string {
  const { text, ...numbers } = change.why;
  const why = Object.fromEntries(
    Object.entries(numbers).map(([key, value]) => [key, Number.isFinite(value) ? rounded(value) : null]),
  );
  return JSON.stringify({
    at: rounded(at),
    change: change.kind,
    camera: change.camera,
    zone: change.zone,
    track: change.track,
    score: rounded(change.score),
    why: { text, ...why },
  });
}

function asText({ at, change }: ReplayedChange): string {
  return `${at.toFixed(2).padStart(7)} s  ${change.kind.padEnd(10)} track ${change.track}  ${change.score.toFixed(2)}  ${change.why.text}`;
}

function observation(frame: Frame, people: readonly Person[]): string {
  const seen = people
    .filter((person) => !person.coasting)
    .map((person) => ({
      track: person.track,
      score: rounded(person.score),
      lying: rounded(person.lying),
      box: [person.box.x1, person.box.y1, person.box.x2, person.box.y2].map((value) => rounded(value, 4)),
      keypoints: Array.from(person.keypoints, (value) => rounded(value, 4)),
      posture: Object.fromEntries(Object.entries(person.posture).map(([key, value]) => [key, rounded(value)])),
    }));
  return JSON.stringify({
    at: rounded(frame.capturedAt / 1000),
    width: frame.size.width,
    height: frame.size.height,
    people: seen,
  });
}

async function draw(
  frame: Frame,
  people: readonly Person[],
  camera: CameraConfig | undefined,
  caption: string,
  folder: string,
): Promise<void> {
  const width = 960;
  const height = Math.round((frame.size.height / frame.size.width) * width);
  const pixels = new Uint8Array(width * height * 3);
  frame.paint(pixels, { width, height });
  const zones = (camera?.zones ?? []).map((zone) => ({ ...zone, machine: zone.machine ?? null }));
  const overlay = Buffer.from(drawOverlay({ people, zones, caption }, width, height));
  const file = join(folder, `${(frame.capturedAt / 1000).toFixed(2).padStart(7, "0")}-${caption.split(":")[0]}.png`);
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .composite([{ input: overlay }])
    .png()
    .toFile(file);
}
