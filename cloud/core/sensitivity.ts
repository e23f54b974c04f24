import type { Outcome } from "./incident.ts";
import { DAY_MS, type Line } from "./sheets.ts";

/** How long a camera was known, and how much of it it was blind or at fault, ms. */
export interface CameraTime {
  readonly device: string;
  readonly camera: string;
  readonly knownMs: number;
  readonly blindMs: number;
}

const ADVICE = [
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

/** How one camera's incidents, their scores and what people found hang together. */
export interface Sensitivity extends CameraTime {
  readonly suspected: number;
  readonly nearMisses: number;
  readonly falls: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Falls that nobody has judged. */
  readonly unjudged: number;
  /** Of true among true and false; null: nobody judged any. */
  readonly precision: number | null;
  /** Null: it has not watched for a day yet. */
  readonly falsePerDay: number | null;
  /** What a threshold on the score would have kept of the judged incidents, 0.50 to 0.95. */
  readonly thresholds: readonly { readonly at: number; readonly trueKept: number; readonly falseKept: number }[];
  /** The least listed threshold that keeps every true fall and drops as many false alarms as any such; null: none drops one. */
  readonly suggested: number | null;
  readonly advice: readonly Advice[];
}

const THRESHOLDS = Array.from({ length: 10 }, (_, index) => (50 + 5 * index) / 100);
/** With fewer true falls or exercises, or fewer false alarms, chance decides. */
const ENOUGH = 5;
/** False alarms in a day of one camera after which people stop coming. */
const NOISY_PER_DAY = 1;
const BLIND_SHARE = 0.02;
const UNTESTED_MS = 28 * DAY_MS;

/** Of every camera that is known or had an incident; those with most to look at first. */
export function sensitivity(
  lines: readonly (Line & Pick<CameraTime, "device" | "camera">)[],
  times: readonly CameraTime[],
): Sensitivity[] {
  const nameOf = ({ device, camera }: Pick<CameraTime, "device" | "camera">) => JSON.stringify([device, camera]);
  const groups = Map.groupBy(lines, nameOf);
  const cameras = new Map(
    lines.map(({ device, camera }) => [nameOf({ device, camera }), { device, camera, knownMs: 0, blindMs: 0 }]),
  );
  for (const time of times) cameras.set(nameOf(time), time);
  return [...cameras.values()]
    .map((time) => judge(groups.get(nameOf(time)) ?? [], time))
    .sort((a, b) => rank(a) - rank(b) || b.outcomes.false - a.outcomes.false || (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** Cameras that miss falls come before those that call too often. */
function rank({ advice: [first] }: Sensitivity): number {
  return first === undefined ? ADVICE.length : ADVICE.indexOf(first);
}

function judge(lines: readonly Line[], time: CameraTime): Sensitivity {
  const of = (severity: Line["severity"]) => lines.filter((line) => line.severity === severity);
  const said = (outcome: Outcome) => lines.filter((line) => line.outcome === outcome);
  const falls = of("fall");
  const outcomes = { true: said("true").length, false: said("false").length, drill: said("drill").length };
  const judged = outcomes.true + outcomes.false;
  const watchedMs = time.knownMs - time.blindMs;
  // An exercise is somebody who really lay there.
  const right = [...said("true"), ...said("drill")].flatMap(({ score }) => score ?? []);
  const wrong = said("false").flatMap(({ score }) => score ?? []);
  const kept = (scores: readonly number[], at: number) => scores.filter((score) => score >= at).length;
  const thresholds = THRESHOLDS.map((at) => ({ at, trueKept: kept(right, at), falseKept: kept(wrong, at) }));
  const safe = thresholds.filter(({ trueKept, falseKept }) => trueKept === right.length && falseKept < wrong.length);
  const enough = right.length >= ENOUGH && wrong.length >= ENOUGH;
  const best = safe.find(({ falseKept }) => falseKept === safe.at(-1)?.falseKept);
  const suggested = enough ? (best?.at ?? null) : null;
  const falsePerDay = watchedMs < DAY_MS ? null : outcomes.false / (watchedMs / DAY_MS);
  const holds: Record<Advice, boolean> = {
    blind: time.blindMs > BLIND_SHARE * time.knownMs,
    noisy: (falsePerDay ?? 0) > NOISY_PER_DAY,
    separable: suggested !== null,
    overlapping: enough && suggested === null,
    untested: lines.length === 0 && time.knownMs >= UNTESTED_MS,
    "few judged": lines.length > 0 && !enough,
  };
  return {
    ...time,
    ...{ suspected: of("suspected").length, nearMisses: of("nearMiss").length, falls: falls.length, outcomes },
    unjudged: falls.filter(({ outcome }) => outcome === undefined).length,
    precision: judged === 0 ? null : outcomes.true / judged,
    falsePerDay,
    thresholds,
    suggested,
    advice: ADVICE.filter((one) => holds[one]),
  };
}
