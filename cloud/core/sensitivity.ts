import { DAY_MS, type Line } from "./sheets.ts";

/** How long a camera was known, and how much of it it was blind or at fault by its own word, ms. */
export interface CameraTime {
  readonly site: string;
  readonly device: string;
  readonly camera: string;
  readonly knownMs: number;
  readonly blindMs: number;
}

export const ADVICE = [
  /** Blind or at fault for a noticeable share of the time. */
  "blind",
  /** More false alarms than people put up with. */
  "noisy",
  /** False alarms score lower than true falls: a threshold between them parts the two. */
  "separable",
  /** They score alike and no threshold parts them: look at the zone, and at what the pictures show. */
  "overlapping",
  /** Nothing for weeks, not even a suspicion: an exercise shows whether a fall would be seen. */
  "untested",
  /** People have judged too few to say anything about thresholds. */
  "few judged",
] as const;
/** What a reader should look at, most pressing first. */
export type Advice = (typeof ADVICE)[number];

/** What another threshold on the score would have meant for the incidents that people judged; exercises count as true. */
export interface Thresholds {
  readonly judged: number;
  /** Falls that would still have been told, and false alarms that would. */
  readonly thresholds: readonly { readonly threshold: number; readonly true: number; readonly false: number }[];
  /** The least that keeps every true fall and drops as many false alarms as any such; undefined: none drops one, or too few were judged. */
  readonly suggested: number | undefined;
}

/** Coarse enough that nobody reads more out of a handful of incidents than is in them. */
const STEPS = Array.from({ length: 10 }, (_, index) => (50 + 5 * index) / 100);
/** With fewer of either kind chance decides. */
const ENOUGH = 5;
/** False alarms of one camera in a day after which people stop coming. */
const NOISY_PER_DAY = 1;
const BLIND_SHARE = 0.02;
const UNTESTED_MS = 28 * DAY_MS;

/** Judges incidents of one camera, or of several together. `rank`: how early its advice belongs in a list. */
export function judge(
  lines: readonly Line[],
  { knownMs, blindMs }: Pick<CameraTime, "knownMs" | "blindMs"> = { knownMs: 0, blindMs: 0 },
): Thresholds & { readonly advice: readonly Advice[]; readonly rank: number } {
  const scoresOf = (...outcomes: Line["outcome"][]) =>
    lines.flatMap(({ outcome, score }) =>
      outcome && outcomes.includes(outcome) && score !== undefined ? [score] : [],
    );
  // An exercise is somebody who really lay there.
  const [right, wrong] = [scoresOf("true", "drill"), scoresOf("false")];
  const kept = (scores: readonly number[], threshold: number) => scores.filter((score) => score >= threshold).length;
  const thresholds = STEPS.map((threshold) => ({
    threshold,
    true: kept(right, threshold),
    false: kept(wrong, threshold),
  }));
  const safe = thresholds.filter((row) => row.true === right.length && row.false < wrong.length);
  const enough = right.length >= ENOUGH && wrong.length >= ENOUGH;
  const suggested = enough ? safe.find((row) => row.false === safe.at(-1)?.false)?.threshold : undefined;
  const falseAlarms = lines.filter(({ outcome }) => outcome === "false").length;
  const holds: Record<Advice, boolean> = {
    blind: blindMs > BLIND_SHARE * knownMs,
    noisy: falseAlarms * DAY_MS > NOISY_PER_DAY * (knownMs - blindMs) && knownMs > blindMs,
    separable: suggested !== undefined,
    overlapping: enough && suggested === undefined,
    untested: lines.length === 0 && knownMs >= UNTESTED_MS,
    "few judged": lines.length > 0 && !enough,
  };
  const advice = ADVICE.filter((one) => holds[one]);
  const rank = advice[0] === undefined ? ADVICE.length : ADVICE.indexOf(advice[0]);
  return { judged: right.length + wrong.length, thresholds, suggested, advice, rank };
}
