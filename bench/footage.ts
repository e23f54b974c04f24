import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { asError, UsageError } from "../src/lib/failure.ts";
import { type Fall, FIND_WITHIN_S } from "./judge.ts";

const clipSchema = z.object({
  file: z.string(),
  use: z.enum(["train", "eval"]).default("eval"),
  duration_s: z.number().positive(),
  width: z.number().positive().optional(),
  height: z.number().positive().optional(),
  falls: z.array(z.object({ onset_s: z.number(), ground_s: z.number() })).default([]),
  /** The clip was sped up: it is played this many times slower, and its times are given at the sped-up pace. */
  slower: z.number().positive().optional(),
});

export interface Clip {
  file: string;
  path: string;
  source: string;
  use: "train" | "eval";
  seconds: number;
  falls: Fall[];
  slower: number;
  /** Picture width in picture heights, when the manifest tells. */
  aspect?: number | undefined;
}

/** Clips known to be sped up, from the notes of the footage folder, for manifests without the `slower` field. */
const SPED_UP: Record<string, number> = { "misc/girija_falling.mp4": 4, "misc/godview_fall.mp4": 2 };

/**
 * The clips that `manifest.json` of a footage folder lists; the first folder of a clip's path is its source. Throws
 * UsageError when there is no manifest or it does not have the known form.
 */
export function readFootage(folder: string): Clip[] {
  const path = join(folder, "manifest.json");
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new UsageError(`${path}: cannot be read (${asError(cause).message}); give a folder with a manifest.json`);
  }
  const parsed = z.object({ clips: z.array(clipSchema) }).safeParse(raw);
  if (!parsed.success) throw new UsageError(`${path}: ${z.prettifyError(parsed.error)}`);
  return parsed.data.clips.map((clip) => {
    const slower = clip.slower ?? SPED_UP[clip.file] ?? 1;
    return {
      file: clip.file,
      path: resolve(folder, clip.file),
      source: clip.file.split("/")[0] ?? "",
      use: clip.use,
      seconds: clip.duration_s * slower,
      falls: clip.falls.map((fall) => ({ onset_s: fall.onset_s * slower, ground_s: fall.ground_s * slower })),
      slower,
      aspect: clip.width && clip.height ? clip.width / clip.height : undefined,
    };
  });
}

/** A picture is held no longer than this, seconds. */
const MOST_HELD_S = 3;

/**
 * Seconds for which the last picture of a clip is held. Some clips end right after the landing, before anybody could have decided; they
 * are held until the fall can no longer be found. No other clip is: a standing picture would make one wrong look into many.
 */
export function holdOf({ falls, seconds }: Pick<Clip, "falls" | "seconds">): number {
  const decided = Math.max(0, ...falls.map((fall) => fall.ground_s + FIND_WITHIN_S));
  return Math.min(MOST_HELD_S, Math.max(0, decided - seconds));
}
