import { bodyLength, VISIBLE } from "./body.ts";
import { ROW, ROW_BOX, ROW_KEYPOINTS } from "./person.ts";

/** Intersection over union of the boxes of two rows. */
export function boxOverlap(a: Float32Array, b: Float32Array): number {
  const inter = intersection(a, b);
  return inter === 0 ? 0 : inter / (area(a) + area(b) - inter);
}

/** Share of the smaller box that lies in the other one. */
export function boxInside(a: Float32Array, b: Float32Array): number {
  const smaller = Math.min(area(a), area(b));
  return smaller > 0 ? intersection(a, b) / smaller : 0;
}

function area(row: Float32Array): number {
  return Math.max(0, row[ROW_BOX + 2]! - row[ROW_BOX]!) * Math.max(0, row[ROW_BOX + 3]! - row[ROW_BOX + 1]!);
}

function intersection(a: Float32Array, b: Float32Array): number {
  const width = Math.min(a[ROW_BOX + 2]!, b[ROW_BOX + 2]!) - Math.max(a[ROW_BOX]!, b[ROW_BOX]!);
  const height = Math.min(a[ROW_BOX + 3]!, b[ROW_BOX + 3]!) - Math.max(a[ROW_BOX + 1]!, b[ROW_BOX + 1]!);
  return Math.max(0, width) * Math.max(0, height);
}

/** Distance of the boxes' centres. */
export function centreDistance(a: Float32Array, b: Float32Array): number {
  const dx = a[ROW_BOX]! + a[ROW_BOX + 2]! - b[ROW_BOX]! - b[ROW_BOX + 2]!;
  const dy = a[ROW_BOX + 1]! + a[ROW_BOX + 3]! - b[ROW_BOX + 1]! - b[ROW_BOX + 3]!;
  return Math.hypot(dx, dy) / 2;
}

/** Fewer common keypoints than this say nothing about two bodies. */
const ENOUGH = 4;

/**
 * Likeness of two poses, 0..1, after COCO's object keypoint similarity: mean of exp(-d² / 2(sigma · length)²) over the
 * keypoints visible in both. NaN when too few are. `sigma` is one for all joints: between two frames joints move by
 * more than the annotation noise that COCO's own constants describe.
 */
export function poseLikeness(a: Float32Array, b: Float32Array, sigma: number): number {
  const reach = (sigma * (bodyLength(a) + bodyLength(b))) / 2;
  let sum = 0;
  let n = 0;
  for (let at = ROW_KEYPOINTS; at < ROW; at += 3) {
    if (a[at + 2]! < VISIBLE || b[at + 2]! < VISIBLE) continue;
    const dx = a[at]! - b[at]!;
    const dy = a[at + 1]! - b[at + 1]!;
    sum += Math.exp(-(dx * dx + dy * dy) / (2 * reach * reach));
    n += 1;
  }
  return n < ENOUGH ? Number.NaN : sum / n;
}

/**
 * How far a seen row is from where a track is expected, centre to centre, in the mean of both body lengths; infinite when nobody changes size so
 * much. `length`: as in `affinity`.
 */
export function lengthsApart(expected: Float32Array, length: number, seen: Float32Array): number {
  const seenLength = bodyLength(seen);
  if (Math.max(length, seenLength) > MAX_RESIZE * Math.min(length, seenLength)) return Number.POSITIVE_INFINITY;
  return centreDistance(expected, seen) / ((length + seenLength) / 2);
}

/**
 * How well a seen row fits where a track is expected, 0 (cannot be) to 1. Box overlap alone fails in a fall (a standing
 * and a lying box of one body overlap by a fifth), so the centres' distance in body lengths and the pose vote too.
 * `length`: how long the track's body is known to be, also while only a part of it shows; in the rows' unit.
 * `gap`: seconds since the track was last seen; the longer, the further the body may have come.
 */
export function affinity(expected: Float32Array, length: number, seen: Float32Array, gap: number): number {
  const distance = lengthsApart(expected, length, seen);
  if (distance > REACH + SPEED * gap) return 0;
  const spread = SPREAD + SPEED * 0.5 * gap;
  const near = Math.exp(-(distance * distance) / (2 * spread * spread));
  const overlap = boxOverlap(expected, seen);
  const pose = poseLikeness(expected, seen, POSE_SIGMA);
  const shape = (overlap + near) / 2;
  const trust = POSE_TRUST * Math.exp(-gap / POSE_MEMORY_S);
  return Number.isNaN(pose) ? shape : (1 - trust) * shape + trust * pose;
}

/** Nobody's longer side changes by more than this from one look to the next: tipping towards the camera halves it. */
const MAX_RESIZE = 3;
/** Body lengths that the prediction may be wrong by at once, and per second without a look (a falling body makes 1.5 lengths/s). */
const REACH = 0.4;
const SPEED = 0.8;
const SPREAD = 0.2;
const POSE_SIGMA = 0.12;
/** The pose's part in the vote, and how long (s) a pose says something about the next one: a fall takes 0.7 s. */
const POSE_TRUST = 0.4;
const POSE_MEMORY_S = 0.3;
