import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { asError, UsageError } from "../src/lib/failure.ts";
import { History } from "../src/vision/fall.ts";
import { type FallModel, openFallModel } from "../src/vision/families/spotter-fall.ts";
import { type Memory, POSTURES, shareMemory } from "../src/vision/memory.ts";
import { type Person, ROW, ROW_BOX, ROW_KEYPOINTS } from "../src/vision/person.ts";
import { readFootage } from "./footage.ts";
import { loadObservations, type Observation, saveObservations } from "./observations.ts";
import { runtime } from "./runtime.ts";

export interface RescoreOptions {
  footage: string;
  /** Folder that `accuracy --observations` wrote. */
  kept: string;
  /** ONNX file of the fall model that judges. */
  fall: string;
  /** Folder for the same tracks with the postures that this model tells. */
  observations: string;
}

/**
 * `bench rescore`: the same tracks, their postures told by another fall model, without looking at any picture again: tracks do not
 * depend on postures. So a scorer that never saw a source can be judged on it in seconds.
 */
export async function rescore({ footage, kept, fall, observations }: RescoreOptions): Promise<void> {
  const memory = shareMemory(0);
  const judge = await openJudge(fall, memory);
  let clips = 0;
  for (const clip of readFootage(footage)) {
    const frames = loadObservations(kept, clip.file);
    if (!frames) continue;
    if (clip.aspect === undefined)
      throw new UsageError(
        `${footage}/manifest.json: ${clip.file} has no width and height; add them, for tracks are told in picture heights`,
      );
    saveObservations(observations, clip.file, await rescored(frames, clip.aspect, judge, memory));
    clips += 1;
  }
  if (clips === 0)
    throw new UsageError(`--kept ${kept}: holds none of these clips; run bench accuracy --observations first`);
  process.stdout.write(`${clips} clips judged by ${fall}, kept in ${observations}\n`);
}

async function openJudge(file: string, memory: Memory): Promise<FallModel> {
  try {
    const name = basename(file);
    const entry = { name, family: "spotter-fall" as const, file: name, sha256: "", licence: "", figures: {} };
    return await openFallModel({ entry, bytes: { [name]: readFileSync(file) }, golden: undefined }, memory, runtime);
  } catch (error) {
    throw new UsageError(
      `--fall ${file}: ${asError(error).message}; give an ONNX file that models/training/fall/export.py wrote`,
    );
  }
}

/** `frames` with new postures; `aspect`: picture width in heights. */
export async function rescored(
  frames: readonly Observation[],
  aspect: number,
  judge: FallModel,
  memory: Memory,
): Promise<Observation[]> {
  const histories = new Map<number, History>();
  const out: Observation[] = [];
  for (const { at, people } of frames) {
    for (const [i, person] of people.entries()) {
      const history = histories.get(person.track) ?? new History();
      histories.set(person.track, history);
      if (!person.coasting) history.add(rowOf(person, aspect), at);
      history.write(at, memory.history, memory.present, i);
    }
    if (people.length > 0) await judge.judge(people.length);
    out.push({
      at,
      people: people.map((person, i) => {
        const [fall, fallen, upright, low] = memory.posture.subarray(i * POSTURES);
        return { ...person, posture: { fall: fall!, fallen: fallen!, upright: upright!, low: low! } };
      }),
    });
  }
  return out;
}

/** What the eyes saw of a person, in picture heights. */
function rowOf({ score, lying, box, keypoints }: Person, aspect: number): Float32Array {
  const row = new Float32Array(ROW);
  row.set([score, lying]);
  row.set([box.x1 * aspect, box.y1, box.x2 * aspect, box.y2], ROW_BOX);
  row.set(keypoints, ROW_KEYPOINTS);
  for (let i = ROW_KEYPOINTS; i < ROW; i += 3) row[i]! *= aspect;
  return row;
}
