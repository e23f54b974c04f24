import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Clip } from "../../bench/footage.ts";
import { demandKept, keptWithout, readKept } from "../../bench/material.ts";
import { saveObservations } from "../../bench/observations.ts";
import { UsageError } from "../../src/lib/failure.ts";
import { person } from "../fakes/people.ts";

const clip = (file: string): Clip => ({
  file,
  path: file,
  source: file.split("/")[0] as string,
  use: "train",
  seconds: 1,
  falls: [],
  slower: 1,
});
const clips = [clip("hall/a.mp4"), clip("yard/b.mp4")];

describe("kept observations", () => {
  const root = mkdtempSync(join(tmpdir(), "spotter-kept-"));
  afterAll(() => rmSync(root, { recursive: true }));
  const common = join(root, "common");
  const blind = join(root, "blind");
  const frames = (score: number) => [0, 500, 1000, 1500].map((at) => ({ at, people: [person("upright", { score })] }));
  saveObservations(common, "hall/a.mp4", frames(0.9));
  saveObservations(common, "yard/b.mp4", frames(0.9));
  saveObservations(blind, "hall/a.mp4", frames(0.3));
  const scores = (group: ReturnType<ReturnType<typeof readKept>>) =>
    group.map((seen) => seen.frames[0]!.people[0]!.score);

  it("come from the folder of models that never saw the source, where it has the clip, else from the common one", () => {
    const read = readKept(clips, { folder: common, without: { hall: blind } });
    expect(scores(read("hall", "hall"))).toEqual([0.3]);
    expect(scores(read("yard", "hall"))).toEqual([0.9]);
    expect(scores(read("hall", "yard"))).toEqual([0.9]);
  });

  it("end where the clip ends", () => {
    const read = readKept(clips, { folder: common, without: {} });
    expect(read("hall", "hall")[0]!.frames.map(({ at }) => at)).toEqual([0, 500, 1000]);
  });

  it("are read once", () => {
    const read = readKept(clips, { folder: common, without: {} });
    expect(read("hall", "hall")).toBe(read("hall", "yard"));
  });

  it("are demanded by name when there are none", () => {
    const read = readKept(clips, { folder: join(root, "none"), without: {} });
    expect(() => demandKept([read("hall", "hall")], "--kept", "none")).toThrow(
      /--kept none: holds none of these clips/,
    );
  });

  it("are named by source=folder, several times", () => {
    expect(keptWithout("hall=x", keptWithout("yard=y"))).toEqual({ hall: "x", yard: "y" });
    expect(() => keptWithout("hall")).toThrow(UsageError);
  });
});
