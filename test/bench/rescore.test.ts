import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadObservations, type Observation, saveObservations } from "../../bench/observations.ts";
import { rescore } from "../../bench/rescore.ts";
import { runtime } from "../../bench/runtime.ts";
import type { Frame } from "../../src/frames/frame.ts";
import { systemClock } from "../../src/lib/clock.ts";
import type { Crew } from "../../src/vision/crew.ts";
import { openEye } from "../../src/vision/eye.ts";
import { openFallModel } from "../../src/vision/families/spotter-fall.ts";
import { shareMemory } from "../../src/vision/memory.ts";
import { ROW } from "../../src/vision/person.ts";

const model = resolve(import.meta.dirname, "../../models/spotter-fall.onnx");

/** What the service sees when somebody 0.6 picture heights tall walks, tips over at 2 s and is missed now and then. */
async function watched(): Promise<Observation[]> {
  const memory = shareMemory(0);
  const entry = { name: "fall", family: "spotter-fall" as const, file: "f", sha256: "", licence: "", figures: {} };
  const judge = await openFallModel({ entry, bytes: { f: readFileSync(model) }, golden: undefined }, memory, runtime);
  let row: Float32Array | undefined;
  const thread = {
    memory,
    async ask({ kind, tracks = 0 }: { kind: string; tracks?: number }) {
      if (kind === "judge") return judge.judge(tracks);
      if (row) memory.rows.set(row);
      return row ? 1 : 0;
    },
  };
  const crew = { borrow: async () => thread, giveBack() {} } as unknown as Crew;
  const eye = openEye({ crew, clock: systemClock, sizes: [{ width: 1, height: 1 }], minScore: 0.35 });
  const seen: Observation[] = [];
  for (let i = 0; i < 40; i += 1) {
    const tipped = Math.min(1, Math.max(0, (i - 20) / 7));
    row = i % 9 === 8 ? undefined : body(0.5 + i * 0.01, tipped);
    const frame = { size: { width: 1600, height: 900 }, capturedAt: i * 100, paint: () => 1 / 900 } as unknown as Frame;
    const looked = await eye.look(() => frame, 0);
    seen.push({ at: i * 100, people: [...(looked?.look.people ?? [])] });
  }
  return seen;
}

/** A row in picture heights: `tipped` 0 stands, 1 lies. */
function body(x: number, tipped: number): Float32Array {
  const row = new Float32Array(ROW);
  const [wide, high] = [0.2 + 0.4 * tipped, 0.6 - 0.4 * tipped];
  row.set([0.8, tipped, x - wide / 2, 0.9 - high, x + wide / 2, 0.9]);
  for (let joint = 0; joint < 17; joint += 1) {
    const along = joint / 16;
    row.set([x + wide * (along - 0.5) * tipped, 0.9 - high * (1 - along), 0.6], 6 + 3 * joint);
  }
  return row;
}

describe("postures told anew", () => {
  const root = mkdtempSync(join(tmpdir(), "spotter-rescore-"));
  const [footage, kept, out] = [join(root, "footage"), join(root, "kept"), join(root, "out")];
  let live: Observation[];
  const manifest = (size: object) =>
    writeFileSync(
      join(root, "manifest.json"),
      JSON.stringify({ clips: [{ file: "hall/a.mp4", duration_s: 4, ...size }] }),
    );
  beforeAll(async () => {
    live = await watched();
    const blank = live.map(({ at, people }) => ({
      at,
      people: people.map((person) => ({ ...person, posture: { fall: 0, fallen: 0, upright: 0, low: 0 } })),
    }));
    saveObservations(kept, "hall/a.mp4", blank);
    manifest({ width: 1600, height: 900 });
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it("are those that the same model told live, also while a track coasts", async () => {
    await rescore({ footage: root, kept, fall: model, observations: out });
    const told = loadObservations(out, "hall/a.mp4") ?? [];
    const people = live.flatMap((frame) => frame.people);
    expect(people.some(({ coasting }) => coasting)).toBe(true);
    expect(people.some(({ posture }) => posture.fall > 0.5)).toBe(true);
    expect(told.map((frame) => frame.people.length)).toEqual(live.map((frame) => frame.people.length));
    for (const [i, { posture }] of told.flatMap((frame) => frame.people).entries())
      for (const [name, value] of Object.entries(posture))
        expect(value).toBeCloseTo(people[i]!.posture[name as keyof typeof posture], 2);
  });

  it("need the picture's shape, kept tracks, and a fall model", async () => {
    const ask = (options: object) => rescore({ footage: root, kept, fall: model, observations: out, ...options });
    await expect(ask({ fall: join(root, "manifest.json") })).rejects.toThrow(/--fall .*give an ONNX file/);
    await expect(ask({ kept: footage })).rejects.toThrow(/--kept .*--observations first/);
    manifest({});
    await expect(ask({})).rejects.toThrow(/hall\/a\.mp4 has no width and height/);
  });
});
