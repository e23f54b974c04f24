/** A fall as the manifest of a footage folder tells it, seconds in the clip. */
export interface Fall {
  onset_s: number;
  ground_s: number;
}

export interface Verdict {
  falls: number;
  found: number;
  falseAlarms: number;
  /** Alarm minus ground contact, seconds, of each fall that was found. */
  delays: number[];
  /** Seconds in the clip of each false alarm and the onset of each missed fall. */
  falseAt: number[];
  missedAt: number[];
}

/** An alarm this long after ground contact still finds the fall, seconds. */
export const FIND_WITHIN_S = 4;
/** Alarms closer than this are one alarm, seconds. */
export const MERGE_S = 5;

/**
 * Event-level judgement of one clip: an alarm between onset and ground + 4 s finds the fall, further ones within 5 s of a finding
 * are ignored, all others are false, false ones closer than 5 s are merged.
 * `alarms`: seconds in the clip, any order.
 */
export function judge(falls: readonly Fall[], alarms: readonly number[]): Verdict {
  const left = [...alarms].sort((a, b) => a - b);
  const verdict: Verdict = { falls: falls.length, found: 0, falseAlarms: 0, delays: [], falseAt: [], missedAt: [] };
  const finding: number[] = [];
  for (const fall of falls) {
    const index = left.findIndex((at) => at >= fall.onset_s && at <= fall.ground_s + FIND_WITHIN_S);
    if (index < 0) {
      verdict.missedAt.push(fall.onset_s);
      continue;
    }
    const [at] = left.splice(index, 1) as [number];
    finding.push(at);
    verdict.found += 1;
    verdict.delays.push(at - fall.ground_s);
  }
  for (const at of left) {
    if (finding.some((found) => at >= found && at - found <= MERGE_S)) continue;
    const last = verdict.falseAt.at(-1);
    if (last !== undefined && at - last <= MERGE_S) continue;
    verdict.falseAt.push(at);
  }
  verdict.falseAlarms = verdict.falseAt.length;
  return verdict;
}

/** Wilson's 95 % interval of a share of `hits` in `n` (Wilson 1927, JASA 22:209), as [low, high]. */
export function wilson(hits: number, n: number): [number, number] {
  if (n === 0) return [0, 1];
  const z = 1.96;
  const p = hits / n;
  const centre = p + (z * z) / (2 * n);
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)];
}

export interface Summary {
  clips: number;
  falls: number;
  recall: number;
  recall95: [number, number];
  precision: number;
  precision95: [number, number];
  f1: number;
  /** Median seconds from ground contact to alarm; NaN when nothing was found. */
  delayS: number;
  falseAlarms: number;
  /** False alarms per hour of clips without falls; NaN without such clips. */
  falsePerHour: number;
}

export function summarise(clips: readonly { verdict: Verdict; seconds: number }[]): Summary {
  const sum = (pick: (verdict: Verdict) => number) => clips.reduce((total, clip) => total + pick(clip.verdict), 0);
  const falls = sum((v) => v.falls);
  const found = sum((v) => v.found);
  const falseAlarms = sum((v) => v.falseAlarms);
  const recall = falls === 0 ? Number.NaN : found / falls;
  const precision = found + falseAlarms === 0 ? Number.NaN : found / (found + falseAlarms);
  const quiet = clips.filter((clip) => clip.verdict.falls === 0);
  const hours = quiet.reduce((total, clip) => total + clip.seconds, 0) / 3600;
  return {
    clips: clips.length,
    falls,
    recall,
    recall95: wilson(found, falls),
    precision,
    precision95: wilson(found, found + falseAlarms),
    f1: (2 * found) / (2 * found + falseAlarms + (falls - found)),
    delayS: median(clips.flatMap((clip) => clip.verdict.delays)),
    falseAlarms,
    falsePerHour: hours === 0 ? Number.NaN : quiet.reduce((total, clip) => total + clip.verdict.falseAlarms, 0) / hours,
  };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Nearest-rank quantile, `q` in 0..1; NaN for an empty list. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] as number;
}
