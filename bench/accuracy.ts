import { writeFileSync } from "node:fs";
import { loadConfig } from "../src/config/load.ts";
import { type AlarmConfig, type Config, configSchema } from "../src/config/schema.ts";
import { systemClock } from "../src/lib/clock.ts";
import { UsageError } from "../src/lib/failure.ts";
import { createLog } from "../src/observe/log.ts";
import { replay } from "../src/replay.ts";
import { openVision } from "../src/vision/open.ts";
import type { ChooseOptions } from "./choose.ts";
import { type Clip, holdOf, readFootage } from "./footage.ts";
import { leaveOneOut, type Read } from "./leave-one-out.ts";
import { demandKept, readKept, sourcesOf } from "./material.ts";
import { type Mishap, mishapsOf } from "./mishap.ts";
import { type Observation, saveObservations } from "./observations.ts";
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
  /** With `kept`: thresholds for each source are chosen on the other sources. */
  leaveOneOut?: boolean;
  /** By source: folder of what models that never saw it saw. */
  keptWithout?: Record<string, string>;
  cost: number;
  starts: number;
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
  const { footage, json, config: file, only, sheets } = options;
  const config = file ? loadConfig(file) : configSchema.parse({});
  const everything = readFootage(footage);
  const clips = everything.filter((clip) => !only || clip.file.includes(only));
  if (clips.length === 0) throw new UsageError(`--only ${only}: no clip of ${footage} has this in its path`);
  const all = judgedClips(everything, clips, config, options);
  const results: ClipResult[] = [];
  const told: string[] = [];
  const mishaps: (Mishap & { file: string; sheet: string | undefined })[] = [];
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
  const falses = mishaps.filter(({ kind }) => kind === "false alarm");
  const down = falses.filter(({ change }) => change === "down").length;
  process.stdout.write(
    `${tables(results)}\n${falses.length} false alarms, ${down} of them \`down\`: somebody found lying, no fall seen; false by the rule even where somebody lies all along\n\n${told.join("")}`,
  );
  if (json)
    writeFileSync(
      json,
      `${JSON.stringify({ models: config.vision, alarm: config.alarm, ...summaries(results), mishaps, clips: results }, null, 1)}\n`,
    );
}

function judgedClips(
  everything: readonly Clip[],
  clips: readonly Clip[],
  config: Config,
  { kept, leaveOneOut: isLeftOut, keptWithout: without = {}, observations, cost, starts }: AccuracyOptions,
): AsyncGenerator<Judged> | Generator<Judged> {
  if (kept === undefined) {
    if (isLeftOut)
      throw new UsageError("--leave-one-out: thresholds are chosen on what --observations kept; give it with --kept");
    return lookAndJudge(clips, config, observations);
  }
  const read = readKept(everything, { folder: kept, without });
  demandKept(
    sourcesOf(clips).map((source) => read(source, source)),
    "--kept",
    kept,
  );
  return isLeftOut
    ? judgeLeftOut(everything, clips, read, { base: config.alarm, cost, starts })
    : judgeKept(clips, read, config.alarm);
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
        holdS: holdOf(clip),
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

function* judgeKept(clips: readonly Clip[], read: Read, alarm: AlarmConfig): Generator<Judged> {
  for (const source of sourcesOf(clips))
    for (const { clip, frames } of read(source, source))
      if (clips.includes(clip)) yield { result: resultOf(clip, alarm, rejudge(frames, alarm)), frames };
}

function* judgeLeftOut(
  everything: readonly Clip[],
  clips: readonly Clip[],
  read: Read,
  options: ChooseOptions,
): Generator<Judged> {
  process.stdout.write(
    "leave-one-source-out: each source judged by thresholds chosen on the other sources' use: train clips.\n" +
      "The models are left out only where --kept-without names others: those shipped have learned from use: train clips.\n\n",
  );
  for (const { source, choice, judged } of leaveOneOut(sourcesOf(everything), sourcesOf(clips), read, options)) {
    const { config, falls, clips: count } = choice;
    const { tier1, tier2, minScore, stoodBefore } = config;
    const votes = ({ score, needed, asked }: typeof tier1) => `${score} in ${needed} of ${asked}`;
    process.stdout.write(
      `${source.padEnd(13)} chosen on ${falls} falls in ${count} clips: tier 1 ${votes(tier1)}, tier 2 ${votes(tier2)}, ` +
        `score ${minScore}, upright before ${stoodBefore}\n`,
    );
    for (const one of judged) if (clips.includes(one.result.clip)) yield one;
  }
}
