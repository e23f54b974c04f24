import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { steered } from "../device/rig.ts";
import { writeClip } from "../fakes/clip.ts";
import { spotter } from "./spotter.ts";

const FPS = 15;
const KEYS = ["at", "change", "camera", "zone", "track", "score", "why"];

let dir: string;
let clip: string;
let config: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "spotter-cli-"));
  clip = join(dir, "Fall 1.mp4");
  // The steered models see a body fall in the last half second.
  await writeClip(clip, {
    width: 128,
    height: 64,
    fps: FPS,
    frames: 30,
    topLeft: (k) => (k >= 22 ? [0, 0, 255] : [0, 0, 0]),
  });
  config = join(dir, "site.yaml");
  // JSON is YAML.
  const { vision, alarm } = steered;
  writeFileSync(config, JSON.stringify({ vision, alarm: { ...alarm, confirmAfterS: 1, recoverWithinS: 3 } }));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const lines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("spotter replay", () => {
  it("prints one JSON object a line, with the same keys in the same order, and the same bytes each time", async () => {
    const [first, second] = await Promise.all([
      spotter("replay", clip, "--json", "--hold", "3", "-c", config),
      spotter("replay", clip, "--json", "--hold", "3", "-c", config),
    ]);
    expect(first).toMatchObject({ code: 0 });
    expect(second.out).toBe(first.out);
    const changes = lines(first.out);
    expect(changes.map(({ change }) => change)).toContain("suspected");
    for (const change of changes) {
      expect(Object.keys(change)).toEqual(KEYS);
      expect(change).toMatchObject({ camera: "fall-1", zone: "picture", at: expect.any(Number) });
      expect(change.why).toMatchObject({ text: expect.any(String), votes: expect.any(Number) });
    }
  });

  it("finds the fall in the demo clip with the shipped models, in the same bytes each time", async () => {
    const demo = join(import.meta.dirname, "../../demo/clip/fall.mp4");
    const [first, second] = [await spotter("replay", demo, "--json"), await spotter("replay", demo, "--json")];
    expect(first).toMatchObject({ code: 0 });
    expect(second.out).toBe(first.out);
    const changes = lines(first.out);
    for (const change of changes) expect(Object.keys(change)).toEqual(KEYS);
    expect(changes.map(({ change }) => change)).toContain("confirmed");
  }, 240_000);

  it("goes on with the last picture for so long when asked to hold it", async () => {
    const end = (out: string) => Math.max(...lines(out).map(({ at }) => Number(at)));
    const plain = await spotter("replay", clip, "--observations", "-c", config);
    const held = await spotter("replay", clip, "--observations", "--hold", "3", "-c", config);
    expect(end(plain.out)).toBeCloseTo(29 / FPS, 1);
    expect(end(held.out)).toBeCloseTo(29 / FPS + 3, 1);
    // The body is still there in the held picture.
    expect(lines(held.out).at(-1)?.people).toHaveLength(1);
  });

  it("says what happened in words without --json", async () => {
    const { out } = await spotter("replay", clip, "-c", config);
    expect(out).toMatch(/^ +\d+\.\d\d s {2}suspected +track 1 /);
  });
});

describe("a mistake on the command line", () => {
  it.each<[string, () => string[], RegExp]>([
    [
      "a clip that is not there",
      () => ["replay", join(dir, "none.mp4")],
      /none\.mp4: there is no such file; give the path of a video/,
    ],
    [
      "a file that is no video",
      () => ["replay", config, "-c", config],
      /cannot be opened .*check that the file exists, is readable and is a video/,
    ],
    ["a hold that is no number", () => ["replay", clip, "--hold", "soon"], /--hold.*give seconds between 0 and 3600/],
    ["a factor of nought", () => ["replay", clip, "--slower", "0"], /--slower 0: give a factor above 0/],
    [
      "an option that does not exist",
      () => ["replay", clip, "--fast"],
      /unknown option '--fast'[\s\S]*--help tells how/,
    ],
    ["a verb that does not exist", () => ["watch"], /unknown command 'watch'[\s\S]*--help tells how/],
    [
      "a camera that the config lacks",
      () => ["replay", clip, "-c", config, "--camera", "yard"],
      /--camera yard: the config has no cameras/,
    ],
    [
      "a config that is not there",
      () => ["check-config", join(dir, "none.yaml")],
      /none\.yaml: cannot be read .*correct the path/,
    ],
    ["a run without a config", () => ["run"], /--config <file>.* not specified/],
  ])("(%s) ends with code 2 and names the remedy", async (_, args, remedy) => {
    const { code, out, said } = await spotter(...args());
    expect(said).toMatch(remedy);
    expect(said).not.toMatch(/\n\s+at /);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });
});

describe("the other verbs", () => {
  it("check-config prints the whole config, and every mistake at once with its place", async () => {
    const fine = await spotter("check-config", config);
    expect(fine).toMatchObject({ code: 0, said: expect.stringContaining("is fine") });
    expect(fine.out).toContain("steered-eyes");
    const bad = join(dir, "bad.yaml");
    writeFileSync(bad, "cameras:\n  - name: Hall 1\n    url: http://x/\n    fps: -1\n");
    const wrong = await spotter("check-config", bad);
    expect(wrong.code).toBe(2);
    expect(wrong.said).toMatch(/bad\.yaml:2:\d+: cameras\[0\]\.name/);
    expect(wrong.said.trim().split("\n")).toHaveLength(3);
  });

  it("models lists the shipped models as JSON with licence and state", async () => {
    const { out } = await spotter("models", "--json");
    const models = JSON.parse(out) as { name: string; licence: string; intact: boolean; fault: string }[];
    expect(models.map(({ name }) => name)).toContain("spotter-fall");
    for (const model of models) expect(model).toMatchObject({ licence: "Apache-2.0", intact: true, fault: "" });
  });

  it("version and --help answer on standard output with code 0", async () => {
    const version = await spotter("version");
    expect(version).toMatchObject({ code: 0, out: expect.stringMatching(/^spotter \d+\.\d+\.\d+ \(Node 24/) });
    const help = await spotter("--help");
    expect(help.code).toBe(0);
    for (const verb of ["run", "replay", "check-config", "doctor", "models", "version"])
      expect(help.out).toMatch(new RegExp(`^  ${verb} `, "m"));
    expect(help.out).toContain("not a certified safety function");
    expect((await spotter("replay", "--help")).out).toContain("--hold <seconds>");
  });
});
