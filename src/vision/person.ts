import type { Monotonic } from "../lib/clock.ts";

/** COCO keypoint order. */
export const KEYPOINTS = [
  "nose",
  "leftEye",
  "rightEye",
  "leftEar",
  "rightEar",
  "leftShoulder",
  "rightShoulder",
  "leftElbow",
  "rightElbow",
  "leftWrist",
  "rightWrist",
  "leftHip",
  "rightHip",
  "leftKnee",
  "rightKnee",
  "leftAnkle",
  "rightAnkle",
] as const;
export type Keypoint = (typeof KEYPOINTS)[number];

/** Floats in one row of what the eyes see: score, lying, box x1 y1 x2 y2, then 17 × (x, y, visibility). */
export const ROW = 57;
export const ROW_BOX = 2;
export const ROW_KEYPOINTS = 6;

/** Whether column `i` of a row is a coordinate; the others are probabilities. */
export function isCoordinate(i: number): boolean {
  return i >= ROW_BOX && (i < ROW_KEYPOINTS || (i - ROW_KEYPOINTS) % 3 !== 2);
}

/** A box in units of picture width and height, 0..1. */
export interface Box {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

/** Probabilities that sum to 1: what a track is doing, judged on its last two seconds. */
export interface Posture {
  /** Is falling now, or landed within the last second. */
  fall: number;
  /** Lies on the ground after a fall, or was found lying. */
  fallen: number;
  /** Stands, walks or sits. */
  upright: number;
  /** Low on purpose: bends, kneels, squats, exercises, lies down slowly. */
  low: number;
}

/** A pose with an id over time, as seen in one frame. Coordinates in 0..1 of the camera's picture, y down. */
export interface Person {
  /** Stable while the person stays in view; never reused within a run. */
  readonly track: number;
  readonly box: Box;
  /** 17 × (x, y, visibility 0..1), COCO order. */
  readonly keypoints: Float32Array;
  /** Detection score 0..1; 0 while `coasting`. */
  readonly score: number;
  /** Probability that the body lies. */
  readonly lying: number;
  readonly posture: Posture;
  /** Not seen in this frame: position predicted over a short occlusion. */
  readonly coasting: boolean;
  /** When this track was first seen (monotonic ms). */
  readonly since: Monotonic;
  /** Frames in which this track was really seen. */
  readonly seen: number;
  /** Angle of the torso (hip middle to shoulder middle) from the picture's vertical, degrees 0..180; NaN when not visible. */
  readonly torsoAngle: number;
  /** Speed of the hip middle, picture heights per second, positive downwards; NaN when unknown. */
  readonly dropSpeed: number;
}

/** Names of the stages a frame goes through, in order. */
export const STAGES = ["decode", "wait", "paint", "eyes", "track", "fall", "decide", "actuate"] as const;
export type Stage = (typeof STAGES)[number];
/** Milliseconds per stage. */
export type StageTimes = Partial<Record<Stage, number>>;
