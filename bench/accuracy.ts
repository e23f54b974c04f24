import { writeFileSync } from "node:fs";
import { loadConfig } from "../src/config/load.ts";
import { type AlarmConfig, type Config, configSchema } from "../src/config/schema.ts";
import { systemClock } from "../src/lib/clock.ts";
import { UsageError } from "../src/lib/failure.ts";
import { createLog } from "../src/observe/log.ts";
import { replay } from "../src/replay.ts";
import { openVision } from "../src/vision/open.ts";
import { type Clip, HOLD_S, readFootage } from "./footage.ts";
import { mishapsOf } from "./mishap.ts";
import { loadObservations, type Observation, saveObservations } from "./observations.ts";
import { rejudge } from "./rejudge.ts";
import { mishapLine, tables } from "./report.ts";
import { type ClipResult, resultOf, summaries } from "./result.ts";
import { writeSheets } from "./sheets.ts";

export interface AccuracyOptions {
  footage: string;
  json?: string;
  config?: string;
  only?: string;
  /** Folder that keeps what was seen, for `--kept` and `bench tune`. */
  observations?: string;
  /** Folder of an earlier `observations`: judge that, look at nothing again. */
  kept?: string;
  /** Folder for a contact sheet of every miss and every false alarm. */
  sheets?: string;
}

/** What was seen in a clip and what the alarm made of it. */
interface Judged {
  result: ClipResult;
  frames: Observation[];
}

/** `bench accuracy`: judges every clip of a footage folder by events, per source and in total, for both tiers. */
export async function accuracy(options: AccuracyOptions): Promise<void> {
  const { footage, json, config: file, only, observations, kept, sheets } = options;
  const config = file ? loadConfig(file) : configSchema.parse({});
  const clips = readFootage(footage).filter((clip) => !only || clip.file.includes(only));
  if (clips.length === 0) throw new UsageError(`--only ${only}: no clip of ${footage} has this in its path`);
  const all = kept ? judgeKept(clips, kept, config.alarm) : lookAndJudge(clips, config, observations);
  const results: ClipResult[] = [];
  const told: string[] = [];
  const mishaps: object[] = [];
  for await (const { result, frames } of all) {
    const { clip } = result;
    results.push(result);
    const wrong = mishapsOf(result, frames);
    const paths = sheets ? await writeSheets(sheets, clip, wrong, frames) : [];
    for (const [i, mishap] of wrong.entries()) {
      told.push(mishapLine(clip.file, mishap));
      mishaps.push({ file: clip.file, ...mishap, sheet: paths[i] });
    }
  }
  process.stdout.write(`${tables(results)}\n${told.join("")}`);
  if (json)
    writeFileSync(
      json,
      `${JSON.stringify({ models: config.vision, alarm: config.alarm, ...summaries(results), mishaps, clips: results }, null, 1)}\n`,
    );
}

async function* lookAndJudge(
  clips: readonly Clip[],
  config: Config,
  observations: string | undefined,
): AsyncGenerator<Judged> {
  const log = createLog("error");
  const vision = openVision(config.vision, { clock: systemClock, log });
  try {
    await vision.start();
    for (const [index, clip] of clips.entries()) {
      process.stderr.write(`\r${index + 1}/${clips.length} ${clip.file.padEnd(60).slice(0, 60)}`);
      const frames: Observation[] = [];
      const changes = await replay(clip.path, {
        vision,
        alarm: config.alarm,
        log,
        holdS: HOLD_S,
        slower: clip.slower,
        onFrame: (frame, people) => void frames.push({ at: frame.capturedAt, people: [...people] }),
      });
      if (observations) saveObservations(observations, clip.file, frames);
      const result = resultOf(
        clip,
        config.alarm,
        changes.map(({ change }) => change),
      );
      yield { result, frames };
    }
    process.stderr.write("\n");
  } finally {
    await vision.close();
  }
}

function* judgeKept(clips: readonly Clip[], kept: string, alarm: AlarmConfig): Generator<Judged> {
  let known = 0;
  for (const clip of clips) {
    const frames = loadObservations(kept, clip.file);
    if (!frames) continue;
    known += 1;
    yield { result: resultOf(clip, alarm, rejudge(frames, alarm)), frames };
  }
  if (known === 0)
    throw new UsageError(`--kept ${kept}: holds none of these clips; run bench accuracy --observations first`);
  if (known < clips.length) process.stderr.write(`${kept} holds ${known} of ${clips.length} clips\n`);
}
