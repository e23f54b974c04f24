import type { Person, Posture } from "../../src/vision/person.ts";

const POSTURES = {
  upright: { fall: 0.02, fallen: 0.02, upright: 0.92, low: 0.04 },
  falling: { fall: 0.9, fallen: 0.05, upright: 0.03, low: 0.02 },
  fallen: { fall: 0.05, fallen: 0.9, upright: 0.02, low: 0.03 },
  low: { fall: 0.05, fallen: 0.05, upright: 0.2, low: 0.7 },
} satisfies Record<string, Posture>;

/** A person of track `track` whose body stands or lies around (x, y), 0..1 of the picture. */
export function person(
  pose: keyof typeof POSTURES,
  { track = 1, x = 0.5, y = 0.5, ...rest }: Partial<Person> & { x?: number; y?: number } = {},
): Person {
  const lies = pose === "fallen";
  const [halfWidth, halfHeight] = lies ? [0.15, 0.05] : [0.05, 0.15];
  const keypoints = new Float32Array(51);
  for (let k = 0; k < 17; k += 1) {
    const along = (k / 16 - 0.5) * 1.8;
    keypoints[k * 3] = x + (lies ? along * halfWidth : 0);
    keypoints[k * 3 + 1] = y + (lies ? 0 : along * halfHeight);
    keypoints[k * 3 + 2] = 0.9;
  }
  return {
    track,
    box: { x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight },
    keypoints,
    score: 0.9,
    lying: lies ? 0.95 : 0.05,
    posture: POSTURES[pose],
    coasting: false,
    since: 0,
    seen: 30,
    torsoAngle: lies ? 88 : pose === "falling" ? 50 : 4,
    dropSpeed: pose === "falling" ? 0.8 : 0,
    ...rest,
  };
}
