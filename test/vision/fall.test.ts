import { describe, expect, it } from "vitest";
import { History } from "../../src/vision/fall.ts";
import { SLOTS } from "../../src/vision/memory.ts";
import { ROW } from "../../src/vision/person.ts";

/** A row that carries the time it was seen at, s, so that a slot tells which observation it holds. */
const seenAt = (ms: number) => new Float32Array(ROW).fill(ms / 1000);

/** Times (ms) in the slots of the window that ends at `now`; undefined where nothing was seen. */
function window(history: History, now: number): (number | undefined)[] {
  const track = new Float32Array(2 * SLOTS * ROW).fill(-1);
  const present = new Float32Array(2 * SLOTS).fill(-1);
  history.write(now, track, present, 1);
  expect(track.subarray(0, SLOTS * ROW).every((value) => value === -1)).toBe(true);
  return Array.from({ length: SLOTS }, (_, slot) => {
    const row = track.subarray((SLOTS + slot) * ROW, (SLOTS + slot + 1) * ROW);
    expect(new Set(row).size).toBe(1);
    if (present[SLOTS + slot] === 1) return Math.round(row[0]! * 1000);
    expect([present[SLOTS + slot], row[0]]).toEqual([0, 0]);
    return undefined;
  });
}

const every = (ms: number, until: number) => Array.from({ length: Math.round(until / ms) + 1 }, (_, i) => i * ms);

function historyOf(times: number[]): History {
  const history = new History();
  for (const at of times) history.add(seenAt(at), at);
  return history;
}

describe("the history of a track", () => {
  it("holds one observation per tenth of a second, oldest first, newest last", () => {
    expect(window(historyOf(every(100, 5000)), 5000)).toEqual(every(100, 1900).map((t) => t + 3100));
  });

  it("marks the moments before the track was seen as absent", () => {
    const slots = window(historyOf([900, 1000]), 1000);
    expect(slots.slice(0, 18).every((slot) => slot === undefined)).toBe(true);
    expect(slots.slice(18)).toEqual([900, 1000]);
  });

  it("takes the nearest observation within 75 ms of a moment", () => {
    const slots = window(historyOf([1000, 1124, 1230, 1500]), 1500);
    expect(slots.slice(-6)).toEqual([1000, 1124, 1230, 1230, undefined, 1500]);
  });

  it("gives the same window for a camera of any speed, to within half a frame spacing", () => {
    for (const fps of [10, 15, 25, 30, 50, 60, 120]) {
      const spacing = 1000 / fps;
      const slots = window(historyOf(every(spacing, 4000)), 4000);
      for (const [k, slot] of slots.entries()) {
        const moment = 4000 - (SLOTS - 1 - k) * 100;
        expect(Math.abs(slot! - moment)).toBeLessThanOrEqual(Math.max(spacing, 40) / 2 + 1);
      }
    }
  });

  it("always ends with the newest observation", () => {
    const times = every(7, 3000);
    expect(window(historyOf(times), times.at(-1)!).at(-1)).toBe(times.at(-1));
  });

  it("forgets what is older than two seconds", () => {
    expect(window(historyOf([0, 100]), 2100).every((slot) => slot === undefined)).toBe(true);
  });
});
