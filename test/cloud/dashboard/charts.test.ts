import { describe, expect, it } from "vitest";
import { every, shade, ticks } from "../../../cloud/dashboard/charts/scale.ts";

describe("the scale of a chart", () => {
  it("has round numbers from nothing to the greatest, all of them whole", () => {
    expect(ticks(4, 4)).toEqual([0, 1, 2, 3, 4]);
    expect(ticks(14, 4)).toEqual([0, 5, 10, 15]);
    expect(ticks(1_234, 4)).toEqual([0, 500, 1_000, 1_500]);
    expect(ticks(1, 4)).toEqual([0, 1]);
    expect(ticks(0, 4)).toEqual([0, 1]);
  });

  it("leaves out names for which there is no room", () => {
    expect(every(31, 620, 20)).toBe(1);
    expect(every(31, 310, 60)).toBe(6);
    expect(every(400, 0, 60)).toBe(24_000);
  });

  it("has a shade for every count, none for nothing, and the deepest for the greatest", () => {
    expect([0, 1, 2, 50, 99, 100].map((count) => shade(count, 100, 5))).toEqual([0, 1, 1, 3, 5, 5]);
    expect(shade(1, 1, 5)).toBe(5);
  });
});
