import type { InferenceSession } from "onnxruntime-node";
import type { Size } from "../../frames/frame.ts";
import { logistic } from "../body.ts";
import type { Normalisation } from "./crop.ts";
import type { Tensor } from "./family.ts";

/** A person found by a detector, in the detector's input pixels. */
export interface Found {
  score: number;
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

export interface Detector {
  normalisation: Normalisation;
  /** Whether the picture keeps its aspect (rest filled at the right and bottom), or is stretched. */
  keepsAspect: boolean;
  /** Everybody at or above `least`, unsorted, with doubles. `outputs` in the model's order. */
  decode(outputs: readonly Tensor[], input: Size, least: number): Found[];
}

export type DetectorKind = "yolox" | "rtmdet" | "picodet";

const STRIDES = [8, 16, 32] as const;

const IMAGENET = {
  mean: [0.485 * 255, 0.456 * 255, 0.406 * 255],
  scale: [1 / (0.229 * 255), 1 / (0.224 * 255), 1 / (0.225 * 255)],
} as const;

const floats = (tensor: Tensor | undefined) => tensor?.data as Float32Array;

/** YOLOX (arXiv 2107.08430): one row per cell of three grids: centre offset, log size, objectness, class scores; person is class 0. */
const yolox: Detector = {
  normalisation: { order: "bgr", mean: [0, 0, 0], scale: [1, 1, 1], border: 114 },
  keepsAspect: true,
  decode(outputs, input, least) {
    const data = floats(outputs[0]);
    const columns = outputs[0]!.dims[2]!;
    const found: Found[] = [];
    let at = 0;
    for (const stride of STRIDES) {
      const [rows, cells] = [input.height / stride, input.width / stride];
      for (let row = 0; row < rows; row++) {
        for (let cell = 0; cell < cells; cell++, at += columns) {
          const score = data[at + 4]! * data[at + 5]!;
          if (score < least) continue;
          const x = (data[at]! + cell) * stride;
          const y = (data[at + 1]! + row) * stride;
          const halfWidth = (Math.exp(data[at + 2]!) * stride) / 2;
          const halfHeight = (Math.exp(data[at + 3]!) * stride) / 2;
          found.push({ score, x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight });
        }
      }
    }
    return found;
  },
};

/** RTMDet (arXiv 2212.07784): per stride a map of class logits and one of distances left, top, right, bottom in pixels. */
const rtmdet: Detector = {
  normalisation: {
    order: "bgr",
    mean: [103.53, 116.28, 123.675],
    scale: [1 / 57.375, 1 / 57.12, 1 / 58.395],
    border: 114,
  },
  keepsAspect: true,
  decode(outputs, _input, least) {
    const found: Found[] = [];
    for (const [i, stride] of STRIDES.entries()) {
      const logits = floats(outputs[i]);
      const sides = floats(outputs[i + STRIDES.length]);
      const width = outputs[i]!.dims[3]!;
      const cells = logits.length;
      for (let cell = 0; cell < cells; cell++) {
        const score = logistic(logits[cell]!);
        if (score < least) continue;
        const x = (cell % width) * stride;
        const y = Math.floor(cell / width) * stride;
        found.push({
          score,
          x1: x - sides[cell]!,
          y1: y - sides[cells + cell]!,
          x2: x + sides[2 * cells + cell]!,
          y2: y + sides[3 * cells + cell]!,
        });
      }
    }
    return found;
  },
};

/** PP-PicoDet (arXiv 2111.00902) with decoding in the graph: boxes in input pixels, and scores. */
const picodet: Detector = {
  normalisation: { order: "rgb", ...IMAGENET, border: 114 },
  keepsAspect: false,
  decode(outputs, _input, least) {
    const [boxes, scores] = [floats(outputs[0]), floats(outputs[1])];
    const found: Found[] = [];
    for (const [i, score] of scores.entries()) {
      if (score < least) continue;
      const [x1, y1, x2, y2] = boxes.subarray(i * 4, i * 4 + 4) as unknown as [number, number, number, number];
      found.push({ score, x1, y1, x2, y2 });
    }
    return found;
  },
};

export const detectors: Record<DetectorKind, Detector> = { yolox, rtmdet, picodet };

/** TinyPose takes what PaddleDetection's models take. */
export const tinyPoseNormalisation: Normalisation = { order: "rgb", ...IMAGENET, border: 0 };

/** A session's outputs in the model's own order. */
export function inOrder(session: InferenceSession, outputs: InferenceSession.ReturnType): Tensor[] {
  return session.outputNames.map((name) => outputs[name] as Tensor);
}

/** Best first, without those that share more than `most` of their union with a better one. */
export function withoutDoubles(found: Found[], most: number): Found[] {
  const kept: Found[] = [];
  for (const one of found.sort((a, b) => b.score - a.score)) {
    if (!kept.some((other) => overlap(one, other) > most)) kept.push(one);
  }
  return kept;
}

/** Intersection over union. */
export function overlap(a: Omit<Found, "score">, b: Omit<Found, "score">): number {
  const width = Math.max(0, Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1));
  const height = Math.max(0, Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1));
  const union = (a.x2 - a.x1) * (a.y2 - a.y1) + (b.x2 - b.x1) * (b.y2 - b.y1) - width * height;
  return union > 0 ? (width * height) / union : 0;
}
