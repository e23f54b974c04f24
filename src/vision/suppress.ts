import { boxInside, boxOverlap, poseLikeness } from "./affinity.ts";

/**
 * Keeps one row per body. `rows` best first. Two rows are one body when their poses agree, or their boxes do and the
 * poses do not speak against it: two people who pass each other share most of a box but not their joints.
 */
export function suppress(rows: readonly Float32Array[]): Float32Array[] {
  const kept: Float32Array[] = [];
  for (const row of rows) {
    if (!kept.some((other) => sameBody(other, row))) kept.push(row);
  }
  return kept;
}

export function sameBody(a: Float32Array, b: Float32Array): boolean {
  const overlap = boxOverlap(a, b);
  if (overlap > 0.85) return true;
  const pose = poseLikeness(a, b, 0.08);
  if (Number.isNaN(pose)) return overlap > 0.6 || boxInside(a, b) > 0.85;
  return pose > 0.6 || (overlap > 0.5 && pose > 0.35) || (boxInside(a, b) > 0.85 && pose > 0.35);
}
