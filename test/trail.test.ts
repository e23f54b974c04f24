import { describe, expect, it } from "vitest";
import { Trail } from "../src/trail.ts";
import { person } from "./fakes/people.ts";

describe("the trail of a person", () => {
  it("keeps the last three seconds at ten poses a second, oldest first, whatever the frame rate", () => {
    const trail = new Trail();
    for (let frame = 0; frame <= 150; frame += 1) trail.see([person("upright", { x: frame / 300 })], frame * 33.3);
    const part = trail.of(1);
    expect(part?.steps).toBe(30);
    const nose = (step: number) => part?.poses[step * 51] ?? Number.NaN;
    expect(nose(29) - nose(0)).toBeCloseTo((29 * 3) / 300, 2);
  });

  it("has nothing for a track never seen, and leaves predicted positions out", () => {
    const trail = new Trail();
    trail.see([person("upright", { coasting: true })], 0);
    expect(trail.of(1)).toBeUndefined();
    expect(trail.of(7)).toBeUndefined();
  });

  it("forgets tracks that are gone", () => {
    const trail = new Trail();
    trail.see([person("upright", { track: 1 })], 0);
    trail.see([person("upright", { track: 2 })], 11_000);
    expect(trail.of(1)).toBeUndefined();
    expect(trail.of(2)?.steps).toBe(1);
  });
});
