import { describe, expect, it } from "vitest";
import type { Clip } from "../../bench/footage.ts";
import { mishapsOf } from "../../bench/mishap.ts";
import type { Observation } from "../../bench/observations.ts";
import { rejudge } from "../../bench/rejudge.ts";
import { resultOf } from "../../bench/result.ts";
import { alarmSchema } from "../../src/config/schema.ts";
import type { Person } from "../../src/vision/person.ts";
import { person } from "../fakes/people.ts";

const alarm = alarmSchema.parse({
  minScore: 0.4,
  tier1: { score: 0.5, needed: 3, asked: 5 },
  tier2: { score: 0.5, needed: 8, asked: 12 },
  confirmAfterS: 0.8,
});

function mishaps(falls: Clip["falls"], peopleAt: (seconds: number) => Person[]) {
  const clip: Clip = { file: "hall/a.mp4", path: "", source: "hall", use: "eval", seconds: 12, falls, slower: 1 };
  const frames: Observation[] = Array.from({ length: 120 }, (_, i) => ({ at: i * 100, people: peopleAt(i / 10) }));
  return mishapsOf(resultOf(clip, alarm, rejudge(frames, alarm)), frames);
}

const falling = (seconds: number, from: number) =>
  person(seconds < from ? "upright" : seconds < from + 1 ? "falling" : "fallen");

describe("what went wrong in a clip", () => {
  it("is one false alarm when a suspicion was confirmed, with what its track went through", () => {
    const [one, ...others] = mishaps([], (seconds) => [falling(seconds, 2)]);
    expect(others).toEqual([]);
    expect(one).toMatchObject({ kind: "false alarm", change: "suspected", tiers: ["tier1", "tier2"] });
    expect(one!.at).toBeGreaterThan(2);
    expect(one!.why).toMatch(/^suspected, track 1: falling in 3 of \d frames.*upright in 20/);
  });

  it("is a miss of both tiers when nobody was seen, and says so", () => {
    expect(mishaps([{ onset_s: 2, ground_s: 3 }], () => [])).toEqual([
      { kind: "miss", tiers: ["tier1", "tier2"], at: 2, from: 2, to: 7, why: "nobody seen in 51 frames" },
    ]);
  });

  it("is a miss of tier 2 when the person was lost on the way down", () => {
    const wrong = mishaps([{ onset_s: 2, ground_s: 3 }], (seconds) => (seconds < 2.5 ? [falling(seconds, 2)] : []));
    expect(wrong).toMatchObject([{ kind: "miss", tiers: ["tier2"] }]);
    expect(wrong[0]!.why).toMatch(/people seen in 5 of 51 frames, highest fall 0.90/);
  });

  it("is nothing when the fall was found in time", () => {
    expect(mishaps([{ onset_s: 2, ground_s: 3 }], (seconds) => [falling(seconds, 2)])).toEqual([]);
  });
});
