import { DecodeError } from "./errors.ts";
import type { SkeletonTrack } from "./event.ts";
import { putVarint, unzigzag, VarintReader, zigzag } from "./varint.ts";

const KEYPOINTS = 17;
const FLOATS = KEYPOINTS * 3;
/** From this visibility on a keypoint is sent. */
const VISIBLE = 0.3;
/** 25 s at 10 Hz: more is no track of ours. */
const MAX_STEPS = 250;
/** Tried in turn until the track fits, in quanta per picture width and height. */
const SCALES = [1000, 500, 250, 125] as const;
const DEFAULT_MAX_BYTES = 1_250;

export interface PackedSkeleton {
  /** Quanta per picture width and height. */
  scale: number;
  /**
   * varint: ms between two poses, then per pose
   *   varint: which keypoints are visible, bit 0 = nose … bit 16 = right ankle;
   *   per visible keypoint two zig-zag varints, x then y: quanta moved since that keypoint was last visible, the first
   *   time since the keypoint visible before it in this pose (the picture's top left corner for the first of all).
   * A body part moves less than 63 quanta between two poses nearly always, which is one byte.
   */
  samples: Uint8Array;
}

/**
 * Packs a track at the finest scale whose bytes fit `maxBytes`; a track that fits at none loses its oldest poses.
 * Positions outside -1..2 pictures are held to that range.
 */
export function packSkeleton(track: SkeletonTrack, maxBytes = DEFAULT_MAX_BYTES): PackedSkeleton {
  let steps = Math.min(track.steps, MAX_STEPS);
  for (;;) {
    for (const scale of SCALES) {
      const samples = pack(track, track.steps - steps, scale);
      if (samples.length <= maxBytes || steps <= 1) return { scale, samples };
    }
    steps = Math.floor(steps * 0.8);
  }
}

function pack(track: SkeletonTrack, from: number, scale: number): Uint8Array {
  const bytes: number[] = [];
  putVarint(bytes, Math.round(track.stepMs));
  const last = new LastSeen();
  for (let step = from; step < track.steps; step += 1) {
    const pose = track.poses.subarray(step * FLOATS, (step + 1) * FLOATS);
    let visible = 0;
    for (let k = 0; k < KEYPOINTS; k += 1) {
      const seen = (pose[k * 3 + 2] as number) >= VISIBLE;
      if (seen && Number.isFinite(pose[k * 3]) && Number.isFinite(pose[k * 3 + 1])) visible |= 1 << k;
    }
    putVarint(bytes, visible);
    last.pose();
    for (let k = 0; k < KEYPOINTS; k += 1) {
      if (!(visible & (1 << k))) continue;
      const x = quantum(pose[k * 3] as number, scale);
      const y = quantum(pose[k * 3 + 1] as number, scale);
      const [fromX, fromY] = last.reference(k);
      putVarint(bytes, zigzag(x - fromX));
      putVarint(bytes, zigzag(y - fromY));
      last.see(k, x, y);
    }
  }
  return Uint8Array.from(bytes);
}

/**
 * The poses again, each coordinate within half a quantum; visibility 1, or 0 with x and y NaN where nothing was seen.
 * Throws DecodeError for bytes that are none of ours.
 */
export function unpackSkeleton(packed: PackedSkeleton, endsMsBefore: number): SkeletonTrack {
  const { scale, samples } = packed;
  if (!(scale >= 1 && scale <= 65_535)) throw new DecodeError(`skeleton: scale is ${scale}, must be 1-65535`);
  const reader = new VarintReader(samples);
  const stepMs = reader.next();
  const poses: number[] = [];
  const last = new LastSeen();
  let steps = 0;
  while (!reader.done) {
    steps += 1;
    if (steps > MAX_STEPS) throw new DecodeError(`skeleton: more than ${MAX_STEPS} poses`);
    const visible = reader.next();
    if (visible >>> KEYPOINTS !== 0) throw new DecodeError(`skeleton: more than ${KEYPOINTS} keypoints in a pose`);
    last.pose();
    for (let k = 0; k < KEYPOINTS; k += 1) {
      if (!(visible & (1 << k))) {
        poses.push(Number.NaN, Number.NaN, 0);
        continue;
      }
      const [fromX, fromY] = last.reference(k);
      const x = fromX + unzigzag(reader.next());
      const y = fromY + unzigzag(reader.next());
      last.see(k, x, y);
      poses.push(x / scale, y / scale, 1);
    }
  }
  return { stepMs, endsMsBefore, steps, poses: Float32Array.from(poses) };
}

function quantum(position: number, scale: number): number {
  return Math.round(Math.min(2, Math.max(-1, position)) * scale);
}

/** What both sides know of each keypoint, in quanta. */
class LastSeen {
  readonly #at: ([number, number] | undefined)[] = new Array(KEYPOINTS).fill(undefined);
  #before: [number, number] = [0, 0];

  /** A new pose begins. */
  pose(): void {
    this.#before = [0, 0];
  }

  reference(keypoint: number): readonly [number, number] {
    return this.#at[keypoint] ?? this.#before;
  }

  see(keypoint: number, x: number, y: number): void {
    this.#at[keypoint] = [x, y];
    this.#before = [x, y];
  }
}
