import { afterEach, describe, expect, it } from "vitest";
import type { Look, Vision } from "../../src/vision/vision.ts";
import { type Steering, steeringFrame } from "./frames.ts";
import { openSteered } from "./steered.ts";

let open: Vision | undefined;
afterEach(() => open?.close());

async function start(...args: Parameters<typeof openSteered>) {
  const { vision, workers } = openSteered(...args);
  open = vision;
  const reports = await vision.start();
  return { vision, workers, reports };
}

/** Looks at one steering frame after the other; returns what was seen in each. */
async function look(vision: Vision, steerings: Steering[]): Promise<Look[]> {
  const eye = vision.eye("hall");
  const looks: Look[] = [];
  for (const steering of steerings) looks.push((await eye.look(() => steeringFrame(steering), 0))!.look);
  return looks;
}

describe("vision", () => {
  it("gives people in 0-1 of the camera's picture, whatever size the model looks at", async () => {
    const { vision } = await start();
    const [, second] = await look(vision, [{ at: 0 }, { at: 100 }]);
    const [person] = second!.people;
    // The body stands at x 16..24, y 8..28 of 64x32 input pixels.
    expect(person?.box.x1).toBeCloseTo(16 / 64, 5);
    expect(person?.box.x2).toBeCloseTo(24 / 64, 5);
    expect(person?.box.y1).toBeCloseTo(8 / 32, 5);
    expect(person?.box.y2).toBeCloseTo(28 / 32, 5);
    expect(person?.keypoints[0]).toBeCloseTo(20 / 64, 5);
    expect(person).toMatchObject({ track: 1, seen: 2, coasting: false, since: 0 });
    expect(person?.score).toBeCloseTo(0.9, 2);
  });

  it("leaves the painted border out when the camera's picture has another shape than the model's", async () => {
    const { vision } = await start();
    // 64x64 is painted as 32x32 into the left half of the input.
    const size = { width: 64, height: 64 };
    const [, second] = await look(vision, [
      { at: 0, size },
      { at: 100, size },
    ]);
    expect(second!.people[0]?.box.x1).toBeCloseTo(16 / 32, 5);
    expect(second!.people[0]?.box.y2).toBeCloseTo(28 / 32, 5);
  });

  it("hands the fall model two seconds of each track, in picture heights, newest last", async () => {
    const { vision } = await start();
    const looks = await look(
      vision,
      Array.from({ length: 25 }, (_, i) => ({ at: i * 100, shift: i })),
    );
    const { posture } = looks.at(-1)!.people[0]!;
    // posture of the steered model: share of slots filled, y1 of the newest, x1 of the newest, x1 of the oldest slot.
    expect(posture.fall).toBeCloseTo(1, 5);
    expect(posture.fallen).toBeCloseTo(8 / 32, 5);
    expect(posture.upright).toBeCloseTo((16 + 24 / 8) / 32, 5);
    expect(posture.low).toBeCloseTo((16 + 5 / 8) / 32, 5);
  });

  it("tells the fall model which moments nobody saw", async () => {
    const { vision } = await start();
    const looks = await look(
      vision,
      Array.from({ length: 22 }, (_, i) => ({ at: i * 100, score: i > 9 && i < 15 ? 0 : 0.9 })),
    );
    expect(looks[12]!.people[0]).toMatchObject({ coasting: true, score: 0 });
    expect(looks.at(-1)!.people[0]!.posture.fall).toBeCloseTo(15 / 20, 5);
  });

  it("times each stage", async () => {
    const { vision } = await start();
    const [first] = await look(vision, [{}]);
    expect(Object.keys(first!.times)).toEqual(["wait", "paint", "eyes", "track", "fall"]);
    expect(first!.tier).toBe(0);
  });

  it("looks for nobody when there is nothing worth looking at any more", async () => {
    const { vision } = await start();
    expect(await vision.eye("hall").look(() => undefined, 0)).toBeUndefined();
    expect(await look(vision, [{}])).toHaveLength(1);
  });

  it("serves cameras in the order they asked, and takes each one's frame only when its turn comes", async () => {
    const { vision, workers } = await start();
    const order: string[] = [];
    const ask = (camera: string, hold = false) =>
      vision.eye(camera).look(() => {
        order.push(camera);
        return steeringFrame({ camera, hold });
      }, 0);
    const asked = [ask("first", true), ask("second"), ask("third")];
    await new Promise(setImmediate);
    expect(order).toEqual(["first"]);
    workers[0]!.firstPixel[0] = 0;
    await Promise.all(asked);
    expect(order).toEqual(["first", "second", "third"]);
  });

  it("refuses a second look of a camera while one is under way", async () => {
    const { vision } = await start();
    const eye = vision.eye("hall");
    const first = eye.look(() => steeringFrame(), 0);
    await expect(eye.look(() => steeringFrame(), 0)).rejects.toThrow("one look per camera");
    await first;
  });

  it("lets an error of one look pass and goes on", async () => {
    const { vision } = await start();
    const eye = vision.eye("hall");
    const broken = () => {
      throw new Error("frame is released");
    };
    await expect(eye.look(() => ({ ...steeringFrame(), paint: broken }), 0)).rejects.toThrow("frame is released");
    await expect(eye.look(() => steeringFrame(), 3)).rejects.toThrow("no model tier 3");
    expect((await eye.look(() => steeringFrame(), 0))?.look.people).toEqual([]);
  });

  it("keeps the tracks of two cameras apart on shared workers", async () => {
    const { vision } = await start({ workers: 2 });
    const [hall, yard] = [vision.eye("hall"), vision.eye("yard")];
    for (let i = 0; i < 10; i++) {
      const [a, b] = await Promise.all([
        hall.look(() => steeringFrame({ at: i * 100, shift: 0 }), 0),
        yard.look(() => steeringFrame({ at: i * 100, shift: 80 }), 0),
      ]);
      if (i === 0) continue;
      expect(a!.look.people.map(({ box }) => box.x1)).toEqual([16 / 64]);
      expect(b!.look.people.map(({ box }) => box.x1)).toEqual([26 / 64]);
    }
  });

  it("refuses looks after it was closed", async () => {
    const { vision } = await start();
    const eye = vision.eye("hall");
    await vision.close();
    await expect(eye.look(() => steeringFrame(), 0)).rejects.toThrow("vision is closed");
  });
});
