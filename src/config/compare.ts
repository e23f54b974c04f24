import { isDeepStrictEqual } from "node:util";
import type { CameraConfig, Config } from "./schema.ts";

/** What a new config asks of a device that runs on another one. */
export interface Difference {
  readonly added: readonly CameraConfig[];
  /** Cameras by name that are to go. */
  readonly removed: readonly string[];
  readonly changed: readonly CameraConfig[];
  /** Cameras that cannot run as asked for now, by name, with the reason. */
  readonly refused: readonly { camera: string; reason: string }[];
  /** Alarm settings differ: they count for cameras opened from now on. */
  readonly alarm: boolean;
  /** Sections that are read at the start only and differ. */
  readonly needsRestart: readonly (keyof Config)[];
}

const AT_START = ["device", "vision", "actuators", "uplink", "api"] as const;

/** Compares two checked configs, camera by camera. A camera must not count on an output that only the new one names. */
export function compare(now: Config, next: Config): Difference {
  const before = new Map(now.cameras.map((camera) => [camera.name, camera]));
  const outputs = new Set(now.actuators.map(({ name }) => name));
  const added: CameraConfig[] = [];
  const changed: CameraConfig[] = [];
  const refused: { camera: string; reason: string }[] = [];
  for (const camera of next.cameras) {
    const old = before.get(camera.name);
    before.delete(camera.name);
    if (isDeepStrictEqual(old, camera)) continue;
    const missing = outputsOf(camera).find((name) => !outputs.has(name));
    if (missing !== undefined)
      refused.push({ camera: camera.name, reason: `output ${missing} is new and starts with the next restart` });
    else if (old) changed.push(camera);
    else added.push(camera);
  }
  return {
    added,
    removed: [...before.keys()],
    changed,
    refused,
    alarm: !isDeepStrictEqual(now.alarm, next.alarm),
    needsRestart: AT_START.filter((section) => !isDeepStrictEqual(now[section], next[section])),
  };
}

/** The outputs that a camera commands. */
export function outputsOf({ tier1, tier2, zones }: CameraConfig): string[] {
  return [...tier1, ...tier2, ...zones.flatMap((zone) => [...zone.tier1, ...zone.tier2])];
}
