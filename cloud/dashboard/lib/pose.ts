import type { Track } from "./incident.ts";

/** COCO joints that bones connect. */
export const BONES: readonly (readonly [number, number])[] = [
  [5, 7],
  [7, 9],
  [6, 8],
  [8, 10],
  [5, 6],
  [5, 11],
  [6, 12],
  [11, 12],
  [11, 13],
  [13, 15],
  [12, 14],
  [14, 16],
  [0, 5],
  [0, 6],
];
const JOINTS = 17;
const [LEFT_SHOULDER, RIGHT_SHOULDER, LEFT_HIP, RIGHT_HIP] = [5, 6, 11, 12];
/** Width of a camera's picture by its height: coordinates alone do not tell, and cameras that are no 16:9 are rare. */
export const ASPECT = 16 / 9;

/** In picture widths and heights, 0..1; undefined where nothing was seen. */
export type Joint = readonly [x: number, y: number] | undefined;

/** Joints of pose number `at`; between two poses in between. */
export function jointsAt({ poses }: Track, at: number): Joint[] {
  const [from, to] = [poses[Math.floor(at)], poses[Math.ceil(at)]];
  const part = at - Math.floor(at);
  return Array.from({ length: JOINTS }, (_, joint) => {
    const [a, b] = [jointOf(from, joint), jointOf(to, joint)];
    if (!a || !b) return part < 0.5 ? a : b;
    return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part];
  });
}

function jointOf(pose: readonly (number | null)[] | undefined, joint: number): Joint {
  const [x, y, seen] = pose?.slice(joint * 3, joint * 3 + 3) ?? [];
  return typeof x === "number" && typeof y === "number" && (seen ?? 0) > 0 ? [x, y] : undefined;
}

function middle(a: Joint, b: Joint): Joint {
  if (a && b) return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  return a ?? b;
}

export const hipsOf = (joints: readonly Joint[]): Joint => middle(joints[LEFT_HIP], joints[RIGHT_HIP]);

/** Degrees of the torso from vertical; undefined when shoulders or hips were not seen. */
export function torsoAngle(joints: readonly Joint[]): number | undefined {
  const shoulders = middle(joints[LEFT_SHOULDER], joints[RIGHT_SHOULDER]);
  const hips = hipsOf(joints);
  if (!shoulders || !hips) return undefined;
  const across = Math.abs(shoulders[0] - hips[0]) * ASPECT;
  return (Math.atan2(across, hips[1] - shoulders[1]) * 180) / Math.PI;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  /** Of both sides, in picture widths and heights. */
  readonly size: number;
}

export const WHOLE: Box = { x: 0, y: 0, size: 1 };

/** The part of the picture in which the person is the whole time, with room around. */
export function boxOf(track: Track): Box {
  const seen = track.poses.flatMap((_, at) => jointsAt(track, at).filter((joint) => joint !== undefined));
  if (seen.length === 0) return WHOLE;
  const [xs, ys] = [seen.map(([x]) => x), seen.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const size = Math.min(1.2, Math.max(right - left, bottom - top) * 1.25);
  return { x: (left + right - size) / 2, y: (top + bottom - size) / 2, size };
}
