import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { KEYPOINTS, type Keypoint, type Person } from "../../src/vision/person.ts";
import type { Vision } from "../../src/vision/vision.ts";
import { describeWith } from "../engines.ts";
import { watch } from "./clip.ts";
import { publicCatalogue } from "./public.ts";
import { openSteered } from "./steered.ts";

/** One man walks in from the right, sways, falls to his left between 2.7 and 3.7 s, and stays down. */
const CLIP = "urfall/urfall_fall-01-cam0.mp4";

const at = ({ keypoints }: Person, name: Keypoint) => {
  const i = KEYPOINTS.indexOf(name) * 3;
  return { x: keypoints[i]!, y: keypoints[i + 1]!, visible: keypoints[i + 2]! };
};

describeWith(["public models", "shared footage"], "models that nobody here made", () => {
  let catalogue: Awaited<ReturnType<typeof publicCatalogue>>;
  let open: Vision | undefined;
  beforeAll(async () => {
    catalogue = await publicCatalogue();
  });
  afterAll(() => catalogue.remove());
  afterEach(() => open?.close());

  async function watchWith(model: string, span: { from: number; to: number }) {
    const { vision } = openSteered({ catalogue: catalogue.path, tiers: [model] }, { hungAfterMs: 60_000 });
    open = vision;
    await vision.start();
    return watch(vision.eye("hall"), CLIP, span);
  }

  describe.each(["yolox-tinypose", "rtmdet-tinypose", "picodet-tinypose", "blazepose"])("%s", (model) => {
    it("sees the standing man where he is, upright, head above hips above feet", { timeout: 300_000 }, async () => {
      const looks = await watchWith(model, { from: 1, to: 1.6 });
      const man = looks.at(-1)!.look.people.find((person) => person.box.x1 > 0.5)!;
      // Read off the picture: he stands in x 0.58..0.71, y 0.19..0.71 at 1.5 s.
      for (const [found, seen] of [
        [man.box.x1, 0.58],
        [man.box.x2, 0.71],
        [man.box.y1, 0.19],
        [man.box.y2, 0.71],
      ] as const) {
        expect(Math.abs(found - seen)).toBeLessThan(0.05);
      }
      expect(at(man, "nose").y).toBeLessThan(at(man, "leftHip").y);
      expect(at(man, "leftHip").y).toBeLessThan(at(man, "leftAnkle").y);
      expect(at(man, "rightShoulder").y).toBeLessThan(at(man, "rightHip").y);
      expect(at(man, "leftHip").visible).toBeGreaterThan(0.3);
      expect(man.torsoAngle).toBeLessThan(15);
      expect(man.lying).toBeLessThan(0.2);
      expect(man.seen).toBeGreaterThan(4);
    });
  });

  describe.each(["yolox-tinypose", "picodet-tinypose"])("%s", (model) => {
    it("follows the man through his fall with one id, turning its crop with him", { timeout: 300_000 }, async () => {
      const looks = await watchWith(model, { from: 2.2, to: 4.3 });
      const standing = looks[3]!.look.people.find((person) => person.box.y1 < 0.3)!;
      const down = looks.at(-1)!.look.people.find((person) => person.track === standing.track)!;
      expect(down.coasting).toBe(false);
      expect(down.lying).toBeGreaterThan(0.5);
      expect(down.box.y1).toBeGreaterThan(0.6);
      const drops = looks.map(({ look }) => look.people.find(({ track }) => track === standing.track)?.dropSpeed ?? 0);
      expect(Math.max(...drops.filter((drop) => !Number.isNaN(drop)))).toBeGreaterThan(0.4);
    });
  });
});
