import { isCoordinate, ROW, ROW_BOX, ROW_KEYPOINTS } from "../../src/vision/person.ts";

/** COCO joints of an upright body 1 tall with its feet at the origin: [sideways, up]. */
const JOINTS: readonly [number, number][] = [
  [0, 0.92],
  [0.02, 0.94],
  [-0.02, 0.94],
  [0.04, 0.93],
  [-0.04, 0.93],
  [0.11, 0.81],
  [-0.11, 0.81],
  [0.14, 0.64],
  [-0.14, 0.64],
  [0.15, 0.48],
  [-0.15, 0.48],
  [0.08, 0.52],
  [-0.08, 0.52],
  [0.09, 0.28],
  [-0.09, 0.28],
  [0.09, 0.03],
  [-0.09, 0.03],
];

export interface Body {
  /** Where the feet are, picture heights. */
  x: number;
  y: number;
  /** Length of the body, picture heights. */
  height?: number;
  /** How far it has tipped over to the right, degrees: 0 stands, 90 lies. */
  tipped?: number;
  score?: number;
  /** Visibility of all joints. */
  visible?: number;
}

/** A row as the eyes would give it, in picture heights. */
export function row({ x, y, height = 0.6, tipped = 0, score = 0.9, visible = 0.9 }: Body): Float32Array {
  const result = new Float32Array(ROW);
  const [sin, cos] = [Math.sin((tipped * Math.PI) / 180), Math.cos((tipped * Math.PI) / 180)];
  const points = JOINTS.map(([side, up]) => [
    x + height * (side * cos + up * sin),
    y - height * (up * cos - side * sin),
  ]);
  points.forEach(([px, py], joint) => {
    result.set([px!, py!, visible], ROW_KEYPOINTS + joint * 3);
  });
  const [xs, ys] = [points.map(([px]) => px!), points.map(([, py]) => py!)];
  const margin = 0.05 * height;
  result.set([score, tipped / 90], 0);
  result.set(
    [Math.min(...xs) - margin, Math.min(...ys) - margin, Math.max(...xs) + margin, Math.max(...ys) + margin],
    ROW_BOX,
  );
  return result;
}

/** The row with every coordinate off by up to `amount`, the same way for the same seed. */
export function shaken(clean: Float32Array, amount: number, seed: number): Float32Array {
  let state = (seed * 2654435761 + 1) >>> 0;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  return clean.map((value, i) => (isCoordinate(i) ? value + amount * random() : value));
}
