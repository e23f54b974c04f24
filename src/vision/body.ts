import { ROW_BOX, ROW_KEYPOINTS } from "./person.ts";

/** Visibility from which a keypoint is believed. */
export const VISIBLE = 0.3;

const SHOULDERS = [5, 6] as const;
const HIPS = [11, 12] as const;

/** A point, or NaN when it is not visible. Same unit as the row. */
export interface Point {
  x: number;
  y: number;
}

/** Middle of the visible ones of two joints. */
function middle(row: Float32Array, [a, b]: readonly [number, number]): Point {
  let x = 0;
  let y = 0;
  let n = 0;
  for (const joint of [a, b]) {
    const at = ROW_KEYPOINTS + joint * 3;
    if (row[at + 2]! < VISIBLE) continue;
    x += row[at]!;
    y += row[at + 1]!;
    n += 1;
  }
  return n === 0 ? { x: Number.NaN, y: Number.NaN } : { x: x / n, y: y / n };
}

export const hipMiddle = (row: Float32Array): Point => middle(row, HIPS);
export const shoulderMiddle = (row: Float32Array): Point => middle(row, SHOULDERS);

/** Angle from the picture's vertical to the line from hip to shoulder middle, degrees 0 (upright) to 180; NaN when not visible. */
export function torsoAngle(row: Float32Array): number {
  const hip = hipMiddle(row);
  const shoulder = shoulderMiddle(row);
  return (Math.atan2(Math.abs(shoulder.x - hip.x), hip.y - shoulder.y) * 180) / Math.PI;
}

/** Length that changes least when a body tips over: the longer side of its box, in the row's unit. */
export function bodyLength(row: Float32Array): number {
  return Math.max(row[ROW_BOX + 2]! - row[ROW_BOX]!, row[ROW_BOX + 3]! - row[ROW_BOX + 1]!);
}

/**
 * Probability that a body lies, for models that do not say: the torso's angle and the box's shape, each a logistic
 * step (55° from vertical; as wide as high). A standing body has a torso near 0° and a box near 1:3.
 */
export function lyingFromShape(row: Float32Array): number {
  const wide = Math.log((row[ROW_BOX + 2]! - row[ROW_BOX]!) / (row[ROW_BOX + 3]! - row[ROW_BOX + 1]!));
  const byBox = logistic(4 * wide);
  const angle = torsoAngle(row);
  return Number.isNaN(angle) ? byBox : 0.6 * logistic((angle - 55) / 8) + 0.4 * byBox;
}

export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
