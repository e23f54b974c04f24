import type { Monotonic } from "./lib/clock.ts";
import type { Person } from "./vision/person.ts";

const KEYPOINT_FLOATS = 51;
/** Ten poses a second are kept for three seconds. */
const STEP_MS = 100;
const STEPS = 30;
/** Tracks not seen for this long are dropped, ms. */
const FORGET_MS = 10_000;

/** Poses of one track at steps of 0.1 s, oldest first; the last one is at `at`. */
export interface TrailPart {
  readonly at: Monotonic;
  /** `steps × 17 × (x, y, visibility)`, x and y in 0..1 of the picture. */
  readonly poses: Float32Array;
  readonly steps: number;
}

interface Ring {
  poses: Float32Array;
  next: number;
  filled: number;
  at: Monotonic;
}

/** The last three seconds of every track, kept so that an alarm can show how the person fell. */
export class Trail {
  readonly #rings = new Map<number, Ring>();

  see(people: readonly Person[], at: Monotonic): void {
    for (const person of people) {
      if (person.coasting) continue;
      let ring = this.#rings.get(person.track);
      if (!ring) {
        ring = { poses: new Float32Array(STEPS * KEYPOINT_FLOATS), next: 0, filled: 0, at: Number.NEGATIVE_INFINITY };
        this.#rings.set(person.track, ring);
      }
      // A third of a step early is on time: frames never fall exactly on the steps.
      if (at - ring.at < STEP_MS * 0.67) continue;
      ring.poses.set(person.keypoints, ring.next * KEYPOINT_FLOATS);
      ring.next = (ring.next + 1) % STEPS;
      ring.filled = Math.min(ring.filled + 1, STEPS);
      ring.at = at;
    }
    for (const [track, ring] of this.#rings) if (at - ring.at > FORGET_MS) this.#rings.delete(track);
  }

  of(track: number): TrailPart | undefined {
    const ring = this.#rings.get(track);
    if (!ring) return undefined;
    const poses = new Float32Array(ring.filled * KEYPOINT_FLOATS);
    for (let i = 0; i < ring.filled; i += 1) {
      const from = ((ring.next - ring.filled + i + STEPS) % STEPS) * KEYPOINT_FLOATS;
      poses.set(ring.poses.subarray(from, from + KEYPOINT_FLOATS), i * KEYPOINT_FLOATS);
    }
    return { at: ring.at, poses, steps: ring.filled };
  }
}
