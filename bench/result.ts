import type { AlarmChange } from "../src/alarm/change.ts";
import type { AlarmConfig } from "../src/config/schema.ts";
import type { Clip } from "./footage.ts";
import { judge, type Summary, summarise, type Verdict } from "./judge.ts";

/** Which changes count as an alarm, per tier. */
export const TIERS = { tier1: ["suspected", "down"], tier2: ["confirmed", "down"] } as const;
export type TierName = keyof typeof TIERS;

/** A change of alarm in a clip. */
export interface ClipChange extends Pick<AlarmChange, "kind" | "track" | "score"> {
  /** Seconds in the clip, as it was played. */
  at: number;
  why: string;
}

/** What became of one clip. */
export interface ClipResult {
  clip: Clip;
  /** The settings that judged it. */
  alarm: AlarmConfig;
  changes: ClipChange[];
  verdicts: Record<TierName, Verdict>;
}

/** Judges a clip by the changes that it caused, in both tiers. */
export function resultOf(clip: Clip, alarm: AlarmConfig, changes: readonly AlarmChange[]): ClipResult {
  const alarms = (tier: TierName) =>
    changes.filter(({ kind }) => isAlarm(kind, tier)).map((change) => change.at / 1000);
  return {
    clip,
    alarm,
    changes: changes.map(({ at, kind, track, score, why }) => ({ at: at / 1000, kind, track, score, why: why.text })),
    verdicts: { tier1: judge(clip.falls, alarms("tier1")), tier2: judge(clip.falls, alarms("tier2")) },
  };
}

export function isAlarm(kind: AlarmChange["kind"], tier: TierName): boolean {
  return (TIERS[tier] as readonly string[]).includes(kind);
}

/** Summaries in total, per source and per use, of both tiers. */
export function summaries(results: readonly ClipResult[]): Record<TierName, Record<string, Summary>> {
  const groups = new Map<string, ClipResult[]>([["total", [...results]]]);
  const join = (name: string, result: ClipResult) => groups.set(name, [...(groups.get(name) ?? []), result]);
  for (const result of results) {
    join(result.clip.source, result);
    join(`use: ${result.clip.use}`, result);
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
