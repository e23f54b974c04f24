import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Person } from "../src/vision/person.ts";

/** What vision saw in one judged frame of a clip. */
export interface Observation {
  /** ms on the clip's own clock. */
  at: number;
  people: Person[];
}

const fileOf = (folder: string, clip: string): string => join(folder, `${clip}.json`);

/** Keeps what was seen in a clip, so that other thresholds can be tried without looking again. */
export function saveObservations(folder: string, clip: string, observations: readonly Observation[]): void {
  const path = fileOf(folder, clip);
  mkdirSync(dirname(path), { recursive: true });
  const text = observations.map(({ at, people }) => ({
    at,
    people: people.map((person) => ({
      ...person,
      keypoints: Array.from(person.keypoints, (value) => Math.round(value * 1e4) / 1e4),
    })),
  }));
  writeFileSync(path, JSON.stringify(text));
}

/** What `saveObservations` kept; undefined when this clip was never looked at. */
export function loadObservations(folder: string, clip: string): Observation[] | undefined {
  const path = fileOf(folder, clip);
  if (!existsSync(path)) return undefined;
  type Plain = {
    at: number;
    people: (Omit<Person, "keypoints" | "torsoAngle" | "dropSpeed"> & {
      keypoints: number[];
      torsoAngle: number | null;
      dropSpeed: number | null;
    })[];
  };
  return (JSON.parse(readFileSync(path, "utf8")) as Plain[]).map(({ at, people }) => ({
    at,
    // JSON has no NaN: what was not visible comes back as null.
    people: people.map((person) => ({
      ...person,
      keypoints: Float32Array.from(person.keypoints),
      torsoAngle: person.torsoAngle ?? Number.NaN,
      dropSpeed: person.dropSpeed ?? Number.NaN,
    })),
  }));
}
