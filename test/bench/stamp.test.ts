import fc from "fast-check";
import { expect, it } from "vitest";
import { readStamp, stamp } from "../../bench/stamp.ts";

it("a stamp drawn on a picture is read back from its half-sized copy", () => {
  const [width, height] = [640, 360];
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 65_535 }), (value) => {
      const luma = new Uint8Array(width * height).fill(90);
      stamp(luma, width, height, value);
      const half = new Uint8Array((width / 2) * (height / 2) * 3);
      for (let y = 0; y < height / 2; y += 1) {
        for (let x = 0; x < width / 2; x += 1)
          half.fill(luma[y * 2 * width + x * 2] as number, (y * (width / 2) + x) * 3, (y * (width / 2) + x) * 3 + 3);
      }
      expect(readStamp(half, width / 2, width / 2, height / 2)).toBe(value);
    }),
    { numRuns: 20 },
  );
});
