import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fallingBody } from "../../bench/sizes.ts";
import type { SkeletonTrack } from "../../src/event/event.ts";
import { packSkeleton, unpackSkeleton } from "../../src/event/skeleton.ts";

const tracks = fc
  .integer({ min: 1, max: 40 })
  .chain((steps) =>
    fc
      .array(fc.double({ min: -0.2, max: 1.2, noNaN: true }), { minLength: steps * 51, maxLength: steps * 51 })
      .map((values): SkeletonTrack => ({ stepMs: 100, endsMsBefore: 0, steps, poses: Float32Array.from(values) })),
  );

function expectWithin(track: SkeletonTrack, from: number, back: SkeletonTrack, tolerance: number): void {
  expect(back.steps).toBe(track.steps - from);
  for (let i = 0; i < back.steps * 17; i += 1) {
    const [x, y, visibility] = track.poses.subarray(from * 51 + i * 3) as unknown as [number, number, number];
    const [backX, backY, seen] = back.poses.subarray(i * 3) as unknown as [number, number, number];
    expect(seen).toBe(visibility >= 0.3 ? 1 : 0);
    if (seen === 0) expect([backX, backY]).toEqual([Number.NaN, Number.NaN]);
    else if (Math.abs(backX - x) > tolerance || Math.abs(backY - y) > tolerance)
      expect.fail(`(${x}, ${y}) came back as (${backX}, ${backY})`);
  }
}

describe("a packed skeleton track", () => {
  it("comes back within half a quantum, and says which keypoints were visible", () => {
    fc.assert(
      fc.property(tracks, (track) => {
        const packed = packSkeleton(track, Number.POSITIVE_INFINITY);
        expect(packed.scale).toBe(1000);
        expectWithin(track, 0, unpackSkeleton(packed, 0), 0.5 / packed.scale + 1e-6);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it("becomes coarser, then shorter from its old end, rather than exceed its bytes", () => {
    fc.assert(
      fc.property(tracks, (track) => {
        const packed = packSkeleton(track, 500);
        const back = unpackSkeleton(packed, 0);
        expect(packed.samples.length).toBeLessThanOrEqual(500);
        expectWithin(track, track.steps - back.steps, back, 0.5 / packed.scale + 1e-6);
      }),
      { numRuns: 100, seed: 2 },
    );
  });

  it("of three seconds of a falling person keeps the finest quantum in about 1 kB", () => {
    const packed = packSkeleton(fallingBody());
    expect(packed.scale).toBe(1000);
    expect(packed.samples.length).toBeLessThanOrEqual(1_250);
  });

  it("holds positions far outside to a picture's width around it, and takes unknown ones for not visible", () => {
    const poses = new Float32Array(51).fill(1);
    poses.set([9, -9, 1, Number.NaN, 0.5, 1]);
    const back = unpackSkeleton(packSkeleton({ stepMs: 100, endsMsBefore: 0, steps: 1, poses }), 0);
    expect([...back.poses.subarray(0, 6)]).toEqual([2, -1, 1, Number.NaN, Number.NaN, 0]);
  });
});
