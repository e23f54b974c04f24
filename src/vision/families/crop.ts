import { readFile } from "node:fs/promises";
import type { Size } from "../../frames/frame.ts";
import { bytesOf, type Memory } from "../memory.ts";
import type { Runtime, Tensor } from "./family.ts";

/** A rectangle of the picture, in its pixels, turned about its centre. */
export interface Turned {
  x: number;
  y: number;
  width: number;
  height: number;
  /** Radians; 0 upright, positive clockwise: the angle that brings a body lying with its head to the right upright is π/2. */
  angle: number;
}

/** How a model wants its pixels: (value - mean) · scale, channel by channel. */
export interface Normalisation {
  order: "rgb" | "bgr";
  mean: readonly [number, number, number];
  scale: readonly [number, number, number];
  /** Value outside the picture. */
  border: number;
}

/** Cuts turned rectangles out of the shared picture, all in one go, scaled to `size` and normalised. */
export type Crop = (rectangles: readonly Turned[]) => Promise<Tensor>;

export interface CropOptions {
  memory: Memory;
  runtime: Runtime;
  /** Size of the shared picture. */
  input: Size;
  size: Size;
  layout: "nchw" | "nhwc";
  normalisation: Normalisation;
}

/** The pixel work is done by a small ONNX graph of ours (models/training/graphs/prepare.py), not in JavaScript. */
export async function openCrop(options: CropOptions): Promise<Crop> {
  const { memory, runtime, input, size, layout, normalisation } = options;
  const file = new URL(`../../../models/prepare-${layout}.onnx`, import.meta.url);
  const session = await runtime.load(`prepare-${layout}`, await readFile(file));
  const { order, mean, scale, border } = normalisation;
  const fixed = {
    picture: runtime.uint8(memory.picture.subarray(0, bytesOf(input)), [1, input.height, input.width, 3]),
    order: runtime.int64(BigInt64Array.from(order === "rgb" ? [0n, 1n, 2n] : [2n, 1n, 0n]), [3]),
    mean: runtime.float32(Float32Array.from(mean), [3]),
    scale: runtime.float32(Float32Array.from(scale), [3]),
    border: runtime.float32(Float32Array.of(border), []),
  };
  return async (rectangles) => {
    const n = rectangles.length;
    const theta = Float32Array.from(rectangles.flatMap((rectangle) => affine(rectangle, input)));
    const shape = [n, 3, size.height, size.width].map(BigInt);
    const { crops } = await session.run({
      ...fixed,
      theta: runtime.float32(theta, [n, 2, 3]),
      shape: runtime.int64(BigInt64Array.from(shape), [4]),
    });
    return crops as Tensor;
  };
}

/** The 2x3 map from crop to picture, both in -1..1 over their edges (ONNX AffineGrid with align_corners = 0). */
function affine({ x, y, width, height, angle }: Turned, { width: w, height: h }: Size): number[] {
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  return [
    (width / w) * cos,
    (-height / w) * sin,
    (2 * x) / w - 1,
    (width / h) * sin,
    (height / h) * cos,
    (2 * y) / h - 1,
  ];
}

/** From a place in the crop (0..1 over its edges) to the picture's pixels. */
export function toPicture({ x, y, width, height, angle }: Turned, u: number, v: number): [number, number] {
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const [dx, dy] = [(u - 0.5) * width, (v - 0.5) * height];
  return [x + dx * cos - dy * sin, y + dx * sin + dy * cos];
}

/** The angle of a body whose `up` points from its hips to its shoulders. */
export function angleOf(upX: number, upY: number): number {
  return Math.atan2(upX, -upY);
}
