import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { centreDistance } from "../../src/vision/affinity.ts";
import { bodyLength } from "../../src/vision/body.ts";
import { type EyesEntry, loadModels } from "../../src/vision/catalogue.ts";
import { openEyes } from "../../src/vision/families/eyes.ts";
import { type Memory, shareMemory } from "../../src/vision/memory.ts";
import { ROW, ROW_BOX, ROW_KEYPOINTS } from "../../src/vision/person.ts";
import { describeWith } from "../engines.ts";
import { pictureOf } from "./clip.ts";
import { publicCatalogue } from "./public.ts";
import { runtime } from "./runtime.ts";

const CLIP = "urfall/urfall_fall-01-cam0.mp4";
const SIDE = 320;
const square = { width: SIDE, height: SIDE };

/** The picture turned a quarter clockwise: who stood now lies with the head to the right. */
function turnedPicture(picture: Uint8Array): Uint8Array {
  const turned = new Uint8Array(picture.length);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const from = (y * SIDE + x) * 3;
      turned.set(picture.subarray(from, from + 3), (x * SIDE + (SIDE - 1 - y)) * 3);
    }
  return turned;
}

function turnedRow(row: Float32Array): Float32Array {
  const turned = row.slice();
  turned.set([SIDE - row[ROW_BOX + 3]!, row[ROW_BOX]!, SIDE - row[ROW_BOX + 1]!, row[ROW_BOX + 2]!], ROW_BOX);
  for (let at = ROW_KEYPOINTS; at < ROW; at += 3) turned.set([SIDE - row[at + 1]!, row[at]!], at);
  return turned;
}

const rows = (memory: Memory, count: number) =>
  Array.from({ length: count }, (_, i) => memory.rows.slice(i * ROW, (i + 1) * ROW));

/** Mean distance of the joints, in body lengths. */
function apart(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = ROW_KEYPOINTS; at < ROW; at += 3) sum += Math.hypot(a[at]! - b[at]!, a[at + 1]! - b[at + 1]!) / 17;
  return sum / bodyLength(b);
}

describeWith(["public models", "shared footage"], "a body that lies", () => {
  let catalogue: Awaited<ReturnType<typeof publicCatalogue>>;
  beforeAll(async () => {
    catalogue = await publicCatalogue();
  });
  afterAll(() => catalogue.remove());

  /** Looks at the standing man, then at the same picture turned; tells how far his joints are from where they must be. */
  async function turnedJoints(model: string, followed: boolean): Promise<number> {
    const { tiers } = await loadModels(catalogue.path, [model], "steered-fall");
    const entry = { ...tiers[0]!.entry, input: square } as EyesEntry;
    const memory = shareMemory(SIDE * SIDE * 3);
    const eyes = await openEyes({ ...tiers[0]!, entry }, memory, runtime);
    memory.picture.set(await pictureOf(CLIP, 1.5, square));
    const standing = rows(memory, await eyes.look(0)).find((row) => row[ROW_BOX]! > SIDE / 2)!;
    const expected = turnedRow(standing);
    memory.picture.set(turnedPicture(memory.picture));
    memory.hints.set(expected);
    const lying = rows(memory, await eyes.look(followed ? 1 : 0));
    const here = lying.find((row) => centreDistance(row, expected) < bodyLength(expected) / 4)!;
    return apart(here, expected);
  }

  describe.each(["yolox-tinypose", "rtmdet-tinypose", "picodet-tinypose", "blazepose"])("is read by %s", (model) => {
    it("in a crop that is turned as its track last lay", { timeout: 300_000 }, async () => {
      expect(await turnedJoints(model, true)).toBeLessThan(0.03);
    });
  });

  describe.each(["rtmdet-tinypose", "picodet-tinypose", "blazepose"])("is read by %s", (model) => {
    it("also when nobody knew it before", { timeout: 300_000 }, async () => {
      expect(await turnedJoints(model, false)).toBeLessThan(0.035);
    });
  });
});
