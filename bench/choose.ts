import type { AlarmConfig } from "../src/config/schema.ts";
import { UsageError } from "../src/lib/failure.ts";
import type { Clip } from "./footage.ts";
import { median } from "./judge.ts";
import type { Observation } from "./observations.ts";
import { rejudge } from "./rejudge.ts";
import { resultOf, type TierName } from "./result.ts";
import { type Axis, type Optimum, type Point, searchFlat } from "./search.ts";

/** A clip and what was seen in it. */
export interface Seen {
  clip: Clip;
  frames: Observation[];
}

/**
 * The settings that are chosen, and their values: thresholds. Votes stay as configured. A lower threshold and fewer votes trade the same
 * things for each other, and where some dozens of falls have to decide about both, the search takes whatever pair is lucky with them (it went
 * to one frame of three, or to five of five). Times say how patient the place is, which no clip knows, and clips that end some
 * seconds after a fall reward nobody for finding those who lie there: a search would only ever switch `down` off.
 */
export const AXES: readonly Axis[] = [
  { name: "tier1.score", values: [0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9] },
  { name: "tier2.score", values: [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8] },
  { name: "minScore", values: [0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6] },
  { name: "stoodBefore", values: [0, 1, 2, 3, 5, 8, 12] },
];

/** Settings at a place of the grid, everything else as in `base`. */
export function configAt(point: Point, base: AlarmConfig): AlarmConfig {
  const value = (name: string): number => {
    const axis = AXES.findIndex((candidate) => candidate.name === name);
    return AXES[axis]?.values[point[axis] as number] as number;
  };
  return {
    ...base,
    tier1: { ...base.tier1, score: value("tier1.score") },
    tier2: { ...base.tier2, score: value("tier2.score") },
    minScore: value("minScore"),
    stoodBefore: value("stoodBefore"),
  };
}

export interface ChooseOptions {
  /** What the settings that are not chosen stay at. */
  base: AlarmConfig;
  /** A missed fall in a hundred costs as much as so many false alarms per hour. */
  cost: number;
  starts: number;
}

export interface Choice {
  config: AlarmConfig;
  optimum: Optimum;
  falls: number;
  clips: number;
}

/**
 * Chooses settings by what was seen in `material`, clips in groups, and by nothing else. Deterministic. Throws UsageError when
 * nobody falls in them: the best settings would be those that never raise an alarm.
 */
export function choose(material: readonly (readonly Seen[])[], { base, cost, starts }: ChooseOptions): Choice {
  const seen = material.flat();
  const falls = seen.reduce((sum, { clip }) => sum + clip.falls.length, 0);
  if (falls === 0)
    throw new UsageError(
      `${seen.length} clips of use train, none with a fall, are no ground to choose settings on; look at clips of other sources with bench accuracy --observations`,
    );
  const optimum = searchFlat({
    axes: AXES,
    cost: (point) => costOf(material, configAt(point, base), cost),
    starts,
    seed: 1,
  });
  return { config: configAt(optimum.point, base), optimum, falls, clips: seen.length };
}

/** A median alarm this long after the ground is in time, seconds. */
const IN_TIME_S: Record<TierName, number> = { tier1: 0.3, tier2: 1.5 };

interface Tally {
  falls: number;
  seconds: number;
  missed: number;
  falseAlarms: number;
  delays: Record<TierName, number[]>;
}

/**
 * What settings cost on these clips. Rates, not counts, so that few falls among the clips do not make falls matter less: `cost` times
 * the missed falls in a hundred, plus the false alarms per hour (those of tier 1 count half: a beacon disturbs less than a stop),
 * both tiers together; a tenth of a second of median delay beyond what is in time costs as much as three false alarms per hour. Being earlier still
 * earns nothing: where the clips do not say how patient to be, the search must not buy speed for nothing.
 */
export function costOf(material: readonly (readonly Seen[])[], config: AlarmConfig, cost: number): number {
  const tallies = material.map((group) => tallyOf(group, config));
  const sum = (pick: (tally: Tally) => number) => tallies.reduce((total, tally) => total + pick(tally), 0);
  const late = (tier: TierName) =>
    Math.max(0, (median(tallies.flatMap(({ delays }) => delays[tier])) || 0) - IN_TIME_S[tier]);
  const falls = sum((tally) => tally.falls);
  return (
    (falls === 0 ? 0 : (cost * 100 * sum((tally) => tally.missed)) / falls) +
    sum((tally) => tally.falseAlarms) / (sum((tally) => tally.seconds) / 3600) +
    30 * (late("tier1") + late("tier2"))
  );
}

/** Groups are asked about the same settings again and again: every search passes the same places, and folds share most of their clips. */
const known = new WeakMap<readonly Seen[], Map<string, Tally>>();

function tallyOf(group: readonly Seen[], config: AlarmConfig): Tally {
  const tallies = known.get(group) ?? new Map<string, Tally>();
  known.set(group, tallies);
  const key = JSON.stringify(config);
  const before = tallies.get(key);
  if (before) return before;
  const tally: Tally = { falls: 0, seconds: 0, missed: 0, falseAlarms: 0, delays: { tier1: [], tier2: [] } };
  for (const { clip, frames } of group) {
    const { verdicts } = resultOf(clip, config, rejudge(frames, config));
    tally.falls += clip.falls.length;
    tally.seconds += clip.seconds;
    for (const [tier, weight] of [
      ["tier1", 0.5],
      ["tier2", 1],
    ] as const) {
      const { falls, found, falseAlarms, delays } = verdicts[tier];
      tally.missed += falls - found;
      tally.falseAlarms += weight * falseAlarms;
      tally.delays[tier].push(...delays);
    }
  }
  tallies.set(key, tally);
  return tally;
}
