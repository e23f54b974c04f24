import type { SkeletonTrack } from "../../src/event/event.ts";
import type { Random } from "./random.ts";

/** Somebody upright, in body heights from between the feet, up positive; COCO order from nose to right ankle. */
const UPRIGHT: readonly (readonly [across: number, up: number])[] = [
  ...([
    [0, 0.93],
    [0.02, 0.95],
    [-0.02, 0.95],
    [0.05, 0.94],
    [-0.05, 0.94],
  ] as const),
  ...([
    [0.11, 0.81],
    [-0.11, 0.81],
    [0.16, 0.64],
    [-0.16, 0.64],
    [0.15, 0.49],
    [-0.15, 0.49],
  ] as const),
  ...([
    [0.08, 0.51],
    [-0.08, 0.51],
    [0.08, 0.27],
    [-0.08, 0.27],
    [0.08, 0.03],
    [-0.08, 0.03],
  ] as const),
];
const STEP_MS = 100;
const STEPS = 28;
/** Share of the track before the fall begins. */
const CALM = 0.35;
const LYING_DEG = 84;
const STAGGER_DEG = 58;

export type Course = "falls" | "gets up" | "lies";

/** The last seconds of a person who walks, then tips over about the feet. */
export function figure(random: Random, course: Course): SkeletonTrack {
  const height = random.between(0.22, 0.45);
  const feet = { x: random.between(0.25, 0.75), y: random.between(0.65, 0.95) };
  const side = random.chance(0.5) ? 1 : -1;
  const poses: number[] = [];
  for (let step = 0; step < STEPS; step += 1) {
    const time = step / (STEPS - 1);
    const angle = (side * tilt(course, time) * Math.PI) / 180;
    const walked = side * Math.min(time, CALM) * 0.12;
    for (const [across, up] of UPRIGHT) {
      const x = across * Math.cos(angle) + up * Math.sin(angle);
      const y = up * Math.cos(angle) - across * Math.sin(angle);
      // A picture is wider than high; positions are shares of both.
      const jitter = () => random.between(-0.004, 0.004);
      poses.push(feet.x + walked + (x * height * 9) / 16 + jitter(), feet.y - y * height + jitter());
      poses.push(random.chance(0.96) ? 1 : 0);
    }
  }
  return { stepMs: STEP_MS, endsMsBefore: 20, steps: STEPS, poses: Float32Array.from(poses) };
}

/** Degrees from vertical. */
function tilt(course: Course, time: number): number {
  if (course === "lies") return LYING_DEG;
  const falling = Math.min(1, Math.max(0, (time - CALM) / 0.35)) ** 2;
  if (course === "falls") return falling * LYING_DEG;
  const rising = Math.max(0, (time - 0.75) / 0.25);
  return falling * STAGGER_DEG * (1 - rising);
}
