import { describe, expect, it } from "vitest";
import { angleOf, openCrop, type Turned, toPicture } from "../../src/vision/families/crop.ts";
import { shareMemory } from "../../src/vision/memory.ts";
import { runtime } from "./runtime.ts";

const input = { width: 16, height: 8 };

/** A picture whose red is 10·x, green 10·y, blue 100; so that each pixel says where it was taken from. */
function gradient() {
  const memory = shareMemory(input.width * input.height * 3);
  for (let y = 0; y < input.height; y++)
    for (let x = 0; x < input.width; x++) memory.picture.set([10 * x, 10 * y, 100], (y * input.width + x) * 3);
  return memory;
}

const plain = { order: "rgb", mean: [0, 0, 0], scale: [1, 1, 1], border: 0 } as const;

async function cut(rectangles: Turned[], size: { width: number; height: number }, options = {}) {
  const crop = await openCrop({
    memory: gradient(),
    runtime,
    input,
    size,
    layout: "nchw",
    normalisation: plain,
    ...options,
  });
  const { data, dims } = await crop(rectangles);
  return { data: data as Float32Array, dims };
}

describe("a crop", () => {
  it("of the whole picture is the picture", async () => {
    const { data, dims } = await cut([{ x: 8, y: 4, width: 16, height: 8, angle: 0 }], input);
    expect(dims).toEqual([1, 3, 8, 16]);
    const [red, green, blue] = [0, 1, 2].map((channel) => data[channel * 128 + 3 * 16 + 5]!);
    expect(red).toBeCloseTo(50, 2);
    expect(green).toBeCloseTo(30, 2);
    expect(blue).toBeCloseTo(100, 2);
  });

  it("brings a body upright that lies with its head to the right", async () => {
    const angle = angleOf(1, 0);
    const lying = { x: 8, y: 4, width: 4, height: 8, angle };
    const { data } = await cut([lying], { width: 4, height: 8 });
    // Upwards in the crop is to the right in the picture.
    const red = (row: number) => data[row * 4 + 1]!;
    expect(red(0)).toBeCloseTo(10 * (8 + 4 - 0.5 - 0.5), 2);
    expect(red(7)).toBeCloseTo(10 * (8 - 4 + 0.5 - 0.5), 2);
    expect(toPicture(lying, 0.5, 0)).toEqual([expect.closeTo(12), expect.closeTo(4)]);
  });

  it("gives each of many its own place, channel order, mean and scale, in either layout", async () => {
    const at = (x: number) => ({ x, y: 4, width: 2, height: 2, angle: 0 });
    const { data, dims } = await cut(
      [at(4), at(10)],
      { width: 2, height: 2 },
      {
        layout: "nhwc",
        normalisation: { order: "bgr", mean: [50, 0, 5], scale: [2, 1, 0.5], border: 0 },
      },
    );
    expect(dims).toEqual([2, 2, 2, 3]);
    expect([...data.slice(12, 15)]).toEqual([100, 30, (10 * 9 - 5) / 2].map((value) => expect.closeTo(value, 2)));
  });

  it("shows the border's value outside the picture", async () => {
    const outside = { x: -20, y: 4, width: 4, height: 4, angle: 0 };
    const { data } = await cut([outside], { width: 2, height: 2 }, { normalisation: { ...plain, border: 114 } });
    expect([...new Set(data)]).toEqual([114]);
  });
});
