import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openContestants, type Sighting } from "../../bench/contestants.ts";
import { falseScores, figuresByAttitude, findOf, thresholdOf } from "../../bench/eye-figures.ts";
import { heldOut, isHeldOut } from "../../bench/held-out.ts";
import { type BoxCorners, type LabelledPerson, readLabels } from "../../bench/labels.ts";
import { attitudeOf, turnedBox } from "../../bench/pose.ts";
import { coveredView, smallerView, turnedView, type View } from "../../bench/view.ts";
import { UsageError } from "../../src/lib/failure.ts";
import { readCatalogue, shippedCatalogue } from "../../src/vision/catalogue.ts";
import { ROW, ROW_BOX, ROW_KEYPOINTS } from "../../src/vision/person.ts";
import { describeWith, modelsDir } from "../engines.ts";

/** A figure in a picture of 100 x 200, the same as in the recipe's own tests. */
const PLACES = [
  [50, 30],
  [54, 26],
  [46, 26],
  [58, 30],
  [42, 30],
  [65, 55],
  [35, 55],
  [72, 80],
  [28, 80],
  [74, 105],
  [26, 105],
  [60, 110],
  [40, 110],
  [62, 145],
  [38, 145],
  [63, 180],
  [37, 180],
] as const;
const figure: LabelledPerson = {
  box: [20, 15, 80, 190],
  joints: PLACES.map(([x, y]) => [x, y, 1]),
  head: [50, 18],
};

describe("the held-out pictures", () => {
  it("are those that the recipe holds out", () => {
    // Told by prepare.held_out: the first of Leeds Sports, and how many of its 10,000.
    const all = Array.from({ length: 10_000 }, (_, i) => i).filter((i) => isHeldOut("lsp", `lsp${i}`));
    expect(all.slice(0, 10)).toEqual([42, 47, 74, 103, 118, 230, 263, 337, 357, 359]);
    expect(all).toHaveLength(481);
    expect(heldOut("coco000000000094", 0.1)).toBe(true);
    expect(heldOut("coco000000000009", 0.1)).toBe(false);
  });

  const folder = mkdtempSync(join(tmpdir(), "spotter-labels-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const labels = (key: string) => {
    const path = join(folder, `${key}.json`);
    const picture = { key, source: "lsp", file: "images/x.jpg", width: 100, height: 200, people: [figure], ignore: [] };
    writeFileSync(path, JSON.stringify({ pictures: [picture] }));
    return path;
  };

  it("are judged on, and a picture that was learned from is refused by name", () => {
    expect(readLabels(labels("lsp42"))).toHaveLength(1);
    expect(() => readLabels(labels("lsp43"))).toThrow(/lsp43 is not held out/);
    expect(() => readLabels(join(folder, "none.json"))).toThrow(UsageError);
  });
});

describe("a turned body", () => {
  const about = { cx: 50, cy: 100, toX: 120, toY: 130 };

  it("has the box that the recipe gives it", () => {
    // Told by label.turned_box for the same figure.
    for (const [degrees, box] of [
      [5, [89.78, 44.99, 149.78, 219.99]],
      [30, [62.59, 52.84, 168.08, 211.93]],
      [90, [33.85, 100, 205, 160]],
      [180, [90, 40, 150, 215]],
    ] as const)
      for (const [i, side] of turnedBox(figure, { degrees, ...about }).entries()) expect(side).toBeCloseTo(box[i]!, 1);
    const unknown = { ...figure, joints: figure.joints.map(([x, y]): [number, number, number] => [x, y, -1]) };
    const ellipse = turnedBox(unknown, { degrees: 30, ...about });
    for (const [i, side] of [68.08, 55.46, 169.42, 208.87].entries()) expect(ellipse[i]).toBeCloseTo(side, 1);
  });

  it("keeps every joint on the pixels it was on, and lies or stands on its head accordingly", async () => {
    const dotted = dottedView();
    for (const [degrees, attitude] of [
      [0, "upright"],
      [30, "upright"],
      [90, "horizontal"],
      [180, "inverted"],
      [270, "horizontal"],
      [330, "upright"],
    ] as const) {
      const view = await turnedView(dotted, degrees);
      expect(attitudeOf(view.people[0]!)).toBe(attitude);
      for (const [i, [x, y]] of view.people[0]!.joints.entries()) expect(isDot(view, x, y), `joint ${i}`).toBe(true);
    }
  });

  it("is as large at every angle", async () => {
    const sides = await Promise.all(
      [0, 30, 90, 135].map(async (degrees) => (await turnedView(dottedView(), degrees)).width),
    );
    expect(Math.max(...sides) - Math.min(...sides)).toBeLessThanOrEqual(2);
  });
});

describe("a person far away", () => {
  it("is smaller, and the joints move along", async () => {
    const view = await smallerView(dottedView(), 0.5);
    expect([view.width, view.height]).toEqual([100, 200]);
    const [x1, y1, x2, y2] = view.people[0]!.box;
    expect([x2 - x1, y2 - y1]).toEqual([30, 87.5]);
    for (const [x, y] of view.people[0]!.joints) expect(isDot(view, x, y, 25)).toBe(true);
  });
});

describe("a person behind something", () => {
  it("shows no joint below the edge of it, all above, and keeps its labels", async () => {
    const view = await coveredView(dottedView(), 0.5);
    expect(view.people).toEqual([figure]);
    for (const [x, y] of PLACES) expect(isDot(view, x, y)).toBe(y < 100);
  });
});

describe("the figures of a model", () => {
  const sighting = (score: number, box: BoxCorners, shift = 0): Sighting => {
    const row = new Float32Array(ROW);
    row[0] = score;
    row[1] = 0.9;
    row.set(box, ROW_BOX);
    for (const [i, [x, y]] of PLACES.entries()) row.set([x + shift, y, 1], ROW_KEYPOINTS + i * 3);
    return { score, box, row };
  };

  it("count a person as found by the best box that shares half of the union", () => {
    expect(findOf(figure, [sighting(0.3, [20, 15, 80, 190]), sighting(0.7, [20, 15, 80, 150])])!.score).toBeCloseTo(
      0.7,
    );
    expect(findOf(figure, [sighting(0.9, [20, 15, 80, 90])])!.score).toBe(0);
    expect(findOf(figure, [sighting(0.9, [20, 15, 80, 90])], [20, 15, 80, 102])!.score).toBeCloseTo(0.9);
  });

  it("count a joint as right within a fifth of the torso, faces left out", () => {
    // The torso is 55 pixels long.
    expect(findOf(figure, [sighting(0.9, figure.box, 10.9)])!.joints).toEqual(Array(12).fill(true));
    expect(findOf(figure, [sighting(0.9, figure.box, 11.1)])!.joints).toEqual(Array(12).fill(false));
  });

  it("call a box false that lies on nobody and on nothing to be ignored", () => {
    const seen = [sighting(0.9, [20, 15, 80, 190]), sighting(0.8, [100, 0, 140, 90]), sighting(0.7, [200, 0, 240, 90])];
    expect(falseScores(seen, [figure.box, [90, 0, 160, 200]])).toEqual([0.7]);
  });

  it("take recall at the score that lets one false box per ten pictures through", () => {
    const threshold = thresholdOf([0.2, 0.9, 0.6, 0.4], 20);
    expect(threshold).toBe(0.4);
    const find = (score: number, attitude: "upright" | "inverted") => ({
      attitude,
      score,
      joints: [],
      lyingRight: true,
    });
    const figures = figuresByAttitude([find(0.5, "upright"), find(0.4, "upright"), find(0.3, "inverted")], threshold);
    expect(figures.upright.recall).toBe(0.5);
    expect(figures.lying.recall).toBe(0);
  });
});

describe("the models that stand side by side", () => {
  const grey: View = { pixels: new Uint8Array(64 * 48 * 3).fill(114), width: 64, height: 48, people: [], ignore: [] };

  it("are our own tiers when there are no public ones", { timeout: 120_000 }, async () => {
    const models = await openContestants(undefined, "/nowhere", undefined);
    const shipped = (await readCatalogue(shippedCatalogue)).filter(({ family }) => family !== "spotter-fall");
    expect(models.map(({ name }) => name)).toEqual(shipped.map(({ name }) => name));
    const { seen } = await models[0]!.look(grey);
    expect(seen.filter(({ score }) => score > 0.5)).toEqual([]);
  });
});

describeWith("public models", "the models that stand side by side, public ones too", () => {
  it("open behind the service's own families", { timeout: 120_000 }, async () => {
    const names = (await openContestants(undefined, modelsDir, "pose")).map(({ name }) => name);
    expect(names).toEqual(["yolox+tinypose", "rtmdet+tinypose", "picodet+tinypose", "blazepose"]);
  });
});

/** The figure's joints as white dots on black. */
function dottedView(): View {
  const [width, height] = [100, 200];
  const pixels = new Uint8Array(width * height * 3);
  for (const [x, y] of PLACES)
    for (let dy = -3; dy <= 3; dy += 1)
      for (let dx = -3; dx <= 3; dx += 1)
        pixels.fill(255, ((y + dy) * width + x + dx) * 3, ((y + dy) * width + x + dx) * 3 + 3);
  return { pixels, width, height, people: [figure], ignore: [] };
}

function isDot({ pixels, width }: View, x: number, y: number, least = 180): boolean {
  return pixels[(Math.floor(y) * width + Math.floor(x)) * 3]! > least;
}
