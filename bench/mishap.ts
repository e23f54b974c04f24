import { WAKING_MS } from "../src/alarm/alarm.ts";
import type { AlarmConfig } from "../src/config/schema.ts";
import { type Fall, FIND_WITHIN_S, MERGE_S } from "./judge.ts";
import type { Observation } from "./observations.ts";
import { type ClipChange, type ClipResult, isAlarm, TIERS, type TierName } from "./result.ts";

/** A missed fall or a false alarm. */
export interface Mishap {
  kind: "miss" | "false alarm";
  /** What raised a false alarm. */
  change?: ClipChange["kind"];
  tiers: TierName[];
  /** Onset of the fall, or time of the alarm; seconds in the clip. */
  at: number;
  /** The span worth looking at, seconds in the clip. */
  from: number;
  to: number;
  why: string;
}

/** Shown before and after a false alarm, seconds. */
const AROUND_S = 2;

/** Everything that went wrong in a clip, in order; what went wrong in both tiers at once is one mishap. `frames`: what was seen. */
export function mishapsOf(result: ClipResult, frames: readonly Observation[]): Mishap[] {
  return [...misses(result, frames), ...falseAlarms(result, frames)].sort((a, b) => a.at - b.at);
}

function misses({ clip, alarm, verdicts }: ClipResult, frames: readonly Observation[]): Mishap[] {
  return clip.falls.flatMap((fall) => {
    const tiers = tierNames.filter((tier) => verdicts[tier].missedAt.includes(fall.onset_s));
    if (tiers.length === 0) return [];
    const [at, to] = [fall.onset_s, fall.ground_s + FIND_WITHIN_S];
    return [{ kind: "miss" as const, tiers, at, from: at, to, why: whyMissed(fall, frames, alarm) }];
  });
}

function falseAlarms({ changes, verdicts }: ClipResult, frames: readonly Observation[]): Mishap[] {
  const found: Mishap[] = [];
  for (const tier of tierNames)
    for (const at of verdicts[tier].falseAt) {
      // A suspicion and its confirmation are one mistake.
      const known = found.find((other) => !other.tiers.includes(tier) && at >= other.at && at - other.at <= MERGE_S);
      if (known) {
        known.tiers.push(tier);
        continue;
      }
      const change = changes.find((candidate) => candidate.at === at && isAlarm(candidate.kind, tier));
      const why = change
        ? `${change.kind}, track ${change.track}: ${change.why}; ${whyRaised(change.track, at, frames)}`
        : "";
      const span = { at, from: at - AROUND_S, to: at + AROUND_S };
      found.push({ kind: "false alarm", ...(change && { change: change.kind }), tiers: [tier], ...span, why });
    }
  return found;
}

/** What the track went through before it raised an alarm: whether it is somebody, and whether it stayed on the same body. */
export function whyRaised(track: number, at: number, frames: readonly Observation[]): string {
  const before = frames.filter((frame) => frame.at <= at * 1000);
  const views = before.flatMap((frame) =>
    frame.people.filter((one) => one.track === track && !one.coasting).map((person) => ({ at: frame.at, person })),
  );
  const now = views.at(-1);
  if (!now) return "its track was not seen";
  const latest = before.filter((frame) => frame.at >= now.at - 1000);
  const recent = views.filter((view) => view.at >= now.at - 1000);
  const then = (recent[0] ?? now).person;
  const [a, b] = [then.box, now.person.box];
  const height = Math.max(a.y2 - a.y1, 1e-6);
  const moved = Math.hypot(b.x1 + b.x2 - a.x1 - a.x2, b.y1 + b.y2 - a.y1 - a.y2) / 2 / height;
  const upright = views.filter(({ person }) => person.posture.upright >= 0.5).length;
  return [
    `score ${now.person.score.toFixed(2)}`,
    `seen in ${views.length} frames, upright in ${upright}`,
    `in its last second seen in ${recent.length} of ${latest.length} frames, moved ${moved.toFixed(1)} of its heights, height times ${((b.y2 - b.y1) / height).toFixed(1)}`,
  ].join(", ");
}

const tierNames = Object.keys(TIERS) as TierName[];

/** What stood between a fall and its alarm, as far as numbers tell: seen at all, taken for a fall, trusted, upright before. */
export function whyMissed(fall: Fall, frames: readonly Observation[], alarm: AlarmConfig): string {
  const within = frames.filter(({ at }) => at >= fall.onset_s * 1000 && at <= (fall.ground_s + FIND_WITHIN_S) * 1000);
  const views = within.flatMap(({ at, people }) =>
    people.filter((person) => !person.coasting).map((person) => ({ at, person })),
  );
  if (views.length === 0) return `nobody seen in ${within.length} frames`;
  const seenIn = new Set(views.map(({ at }) => at)).size;
  const best = views.reduce((a, b) => (b.person.posture.fall > a.person.posture.fall ? b : a));
  const track = best.person.track;
  const voting = views.filter(
    ({ person }) => person.track === track && person.posture.fall >= alarm.tier1.score,
  ).length;
  const fallen = Math.max(...views.map(({ person }) => person.posture.fall + person.posture.fallen));
  const scores = views.filter(({ person }) => person.track === track).map(({ person }) => person.score);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const stood = frames.filter(
    ({ at, people }) => at <= best.at && people.some((one) => one.track === track && one.posture.upright >= 0.5),
  ).length;
  return [
    `people seen in ${seenIn} of ${within.length} frames`,
    `highest fall ${best.person.posture.fall.toFixed(2)} (track ${track} at ${(best.at / 1000).toFixed(2)} s, ${voting} frames at ${alarm.tier1.score} or more, ${alarm.tier1.needed} of ${alarm.tier1.asked} needed)`,
    `fall + fallen up to ${fallen.toFixed(2)}`,
    `its mean score ${mean.toFixed(2)} (${alarm.minScore} needed)`,
    best.at - (frames[0]?.at ?? 0) <= WAKING_MS
      ? "the camera had only begun to see: it need not have stood, but be seen surely"
      : `upright in ${stood} frames before (${alarm.stoodBefore} needed)`,
  ].join(", ");
}
