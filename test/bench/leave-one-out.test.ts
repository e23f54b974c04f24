import { describe, expect, it } from "vitest";
import { AXES, choose, configAt, type Seen } from "../../bench/choose.ts";
import type { Clip } from "../../bench/footage.ts";
import { leaveOneOut, materialWithout } from "../../bench/leave-one-out.ts";
import { searchFlat } from "../../bench/search.ts";
import { alarmSchema } from "../../src/config/schema.ts";
import { person } from "../fakes/people.ts";

const base = alarmSchema.parse({});
const options = { base, cost: 1, starts: 2 };

/** Six seconds in which somebody stands, has a fall score of `score` from 2 s on, and lies if it was a fall. */
function clip(name: string, score: number, falls: boolean, use: "train" | "eval" = "train"): Seen {
  const source = name.split("/")[0] as string;
  const meta: Clip = {
    file: name,
    path: name,
    source,
    use,
    seconds: 6,
    falls: falls ? [{ onset_s: 2, ground_s: 3 }] : [],
    slower: 1,
  };
  const frames = Array.from({ length: 60 }, (_, i) => {
    const at = i * 100;
    const posture = { fall: score, fallen: 0, upright: 1 - score, low: 0 };
    if (at < 2000) return { at, people: [person("upright")] };
    if (at < 3000) return { at, people: [person("falling", { posture })] };
    return { at, people: [falls ? person("fallen") : person("upright")] };
  });
  return { clip: meta, frames };
}

/** Sources whose falls score 0.75, and whose other clips score `clutter`. */
const source = (name: string, clutter: number): Seen[] => [
  ...[1, 2, 3].map((i) => clip(`${name}/fall-${i}.mp4`, 0.75, true)),
  ...[1, 2, 3].map((i) => clip(`${name}/walk-${i}.mp4`, clutter, false)),
  clip(`${name}/judged.mp4`, 0.75, true, "eval"),
];

function folds(hall: Seen[], yard: Seen[], read: string[] = []) {
  const groups: Record<string, Seen[]> = { hall, yard };
  const names = Object.keys(groups);
  return [
    ...leaveOneOut(
      names,
      names,
      (name, leftOut) => {
        read.push(`${name} for ${leftOut}`);
        return groups[name] as Seen[];
      },
      options,
    ),
  ];
}

describe("leaving one source out", () => {
  it("chooses by the training clips of the other sources only", () => {
    const material = materialWithout("hall", ["hall", "yard"], (name) => source(name, 0.2)).flat();
    expect(new Set(material.map((seen) => seen.clip.source))).toEqual(new Set(["yard"]));
    expect(new Set(material.map((seen) => seen.clip.use))).toEqual(new Set(["train"]));
  });

  it("never asks for the source before its settings are chosen", () => {
    const read: string[] = [];
    folds(source("hall", 0.3), source("yard", 0.3), read);
    expect(read).toEqual(["yard for hall", "hall for hall", "hall for yard", "yard for yard"]);
  });

  it("chooses the same whatever the left-out source is like", () => {
    const [calm] = folds(source("hall", 0.1), source("yard", 0.3));
    const [wild] = folds(source("hall", 0.95), source("yard", 0.3));
    expect(calm!.choice.config).toEqual(wild!.choice.config);
    expect(calm!.judged.some(({ result }) => result.verdicts.tier1.falseAlarms > 0)).toBe(false);
    expect(wild!.judged.some(({ result }) => result.verdicts.tier1.falseAlarms > 0)).toBe(true);
  });

  it("judges every clip of the source, those to be judged only included", () => {
    const [fold] = folds(source("hall", 0.3), source("yard", 0.3));
    expect(fold!.judged.map(({ result }) => result.clip.file)).toHaveLength(7);
    expect(fold!.judged.every(({ result }) => result.clip.source === "hall")).toBe(true);
  });
});

describe("the choice of settings", () => {
  it("finds every fall and raises nothing else where scores tell them apart", { timeout: 60_000 }, () => {
    const material = [source("hall", 0.45).filter((seen) => seen.clip.use === "train")];
    const { config, falls } = choose(material, options);
    expect(falls).toBe(3);
    expect(config.tier1.score).toBeGreaterThan(0.45);
    expect(config.tier1.score).toBeLessThanOrEqual(0.75);
  });

  it("is refused where nobody falls", () => {
    expect(() => choose([[clip("hall/walk.mp4", 0.3, false)]], options)).toThrow(/none with a fall/);
  });

  it("leaves votes and times as configured", () => {
    const patient = { ...base, confirmAfterS: 2.5, tier1: { ...base.tier1, needed: 4, asked: 7 } };
    const chosen = configAt(
      AXES.map(() => 0),
      patient,
    );
    expect(chosen).toMatchObject({ confirmAfterS: 2.5, tier1: { needed: 4, asked: 7 } });
    expect(chosen.tier1.score).not.toBe(base.tier1.score);
  });
});

describe("the search", () => {
  const axes = [{ name: "x", values: Array.from({ length: 21 }, (_, i) => i) }];

  it("prefers a wide valley to a deeper crack", () => {
    // A crack one value wide at 3, a valley around 14.
    const cost = ([x]: readonly number[]) => (x === 3 ? 0 : Math.abs(x! - 14) <= 3 ? 2 : 10);
    const { point } = searchFlat({ axes, cost, starts: 4, seed: 1 });
    expect(Math.abs(point[0]! - 14)).toBeLessThanOrEqual(1);
  });

  it("gives the same place every time", () => {
    const cost = (point: readonly number[]) => Math.sin(point[0]! * 1.7) + Math.cos(point[1]! * 0.9);
    const both = [...axes, { name: "y", values: axes[0]!.values }];
    const once = () => searchFlat({ axes: both, cost, starts: 5, seed: 7 });
    expect(once()).toEqual(once());
  });
});
