import { writeFileSync } from "node:fs";
import { loadConfig } from "../src/config/load.ts";
import { configSchema } from "../src/config/schema.ts";
import { systemClock } from "../src/lib/clock.ts";
import { createLog } from "../src/observe/log.ts";
import { type ReplayedChange, type ReplayOptions, replay } from "../src/replay.ts";
import { openVision } from "../src/vision/open.ts";
import { type Clip, readFootage } from "./footage.ts";
import { judge, type Summary, summarise, type Verdict } from "./judge.ts";
import { type Observation, saveObservations } from "./observations.ts";

/** Which changes count as an alarm, per tier. */
const TIERS = { tier1: ["suspected", "down"], tier2: ["confirmed", "down"] } as const;
type TierName = keyof typeof TIERS;

/** Clips end soon after the landing; the last picture is held so long, seconds. */
const HOLD_S = 3;

interface ClipResult {
  clip: Clip;
  changes: { at: number; kind: string; why: string }[];
  verdicts: Record<TierName, Verdict>;
}

export interface AccuracyOptions {
  footage: string;
  json?: string;
  config?: string;
  only?: string;
  /** Folder that keeps what was seen, for `bench tune`. */
  observations?: string;
}

/** `bench accuracy`: judges every clip of a footage folder by events, per source and in total, for both tiers. */
export async function accuracy({ footage, json, config: file, only, observations }: AccuracyOptions): Promise<void> {
  const config = file ? loadConfig(file) : configSchema.parse({});
  const clips = readFootage(footage).filter((clip) => !only || clip.file.includes(only));
  const log = createLog("error");
  const vision = openVision(config.vision, { clock: systemClock, log });
  await vision.start();
  const results: ClipResult[] = [];
  try {
    for (const [index, clip] of clips.entries()) {
      process.stderr.write(`\r${index + 1}/${clips.length} ${clip.file.padEnd(60).slice(0, 60)}`);
      const seen: Observation[] = [];
      const onFrame: ReplayOptions["onFrame"] = (frame, people) =>
        void seen.push({ at: frame.capturedAt, people: [...people] });
      const options = { vision, alarm: config.alarm, log, holdS: HOLD_S, slower: clip.slower };
      const changes = await replay(clip.path, observations ? { ...options, onFrame } : options);
      if (observations) saveObservations(observations, clip.file, seen);
      results.push(resultOf(clip, changes));
    }
    process.stderr.write("\n");
  } finally {
    await vision.close();
  }
  report(results);
  if (json)
    writeFileSync(
      json,
      `${JSON.stringify({ models: config.vision, alarm: config.alarm, ...summaries(results), clips: results }, null, 1)}\n`,
    );
}

function resultOf(clip: Clip, changes: ReplayedChange[]): ClipResult {
  const alarms = (tier: TierName) =>
    changes.filter(({ change }) => (TIERS[tier] as readonly string[]).includes(change.kind)).map(({ at }) => at);
  return {
    clip,
    changes: changes.map(({ at, change }) => ({ at, kind: change.kind, why: change.why.text })),
    verdicts: { tier1: judge(clip.falls, alarms("tier1")), tier2: judge(clip.falls, alarms("tier2")) },
  };
}

function summaries(results: ClipResult[]): Record<TierName, Record<string, Summary>> {
  const groups = new Map<string, ClipResult[]>([["total", results]]);
  for (const result of results) {
    groups.set(result.clip.source, [...(groups.get(result.clip.source) ?? []), result]);
    const use = `use: ${result.clip.use}`;
    groups.set(use, [...(groups.get(use) ?? []), result]);
  }
  const of = (tier: TierName) =>
    Object.fromEntries(
      [...groups].map(([name, members]) => [
        name,
        summarise(members.map(({ clip, verdicts }) => ({ verdict: verdicts[tier], seconds: clip.seconds }))),
      ]),
    );
  return { tier1: of("tier1"), tier2: of("tier2") };
}

const percent = (share: number): string => (Number.isNaN(share) ? "-" : `${Math.round(share * 100)}`);
const range = ([low, high]: [number, number]): string => `${percent(low)}-${percent(high)}`;

function report(results: ClipResult[]): void {
  const all = summaries(results);
  for (const tier of ["tier1", "tier2"] as const) {
    process.stdout.write(
      `\n${tier}\nsource        clips falls  recall % (95 %)  precision % (95 %)  F1 %  delay s  false/h without falls\n`,
    );
    for (const [name, s] of Object.entries(all[tier])) {
      const cells = [
        name.padEnd(13),
        String(s.clips).padStart(5),
        String(s.falls).padStart(5),
        `${percent(s.recall)} (${range(s.recall95)})`.padStart(16),
        `${percent(s.precision)} (${range(s.precision95)})`.padStart(19),
        percent(s.f1).padStart(5),
        (Number.isNaN(s.delayS) ? "-" : s.delayS.toFixed(2)).padStart(8),
        (Number.isNaN(s.falsePerHour) ? "-" : s.falsePerHour.toFixed(0)).padStart(8),
      ];
      process.stdout.write(`${cells.join(" ")}\n`);
    }
  }
}
