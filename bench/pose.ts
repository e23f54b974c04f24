import type { BoxCorners, LabelledPerson } from "./labels.ts";

/** How a body lies in the picture, by its torso: upright up to 45° from vertical, inverted above 135°, horizontal between. */
export type Attitude = "upright" | "horizontal" | "inverted";
export const ATTITUDES = ["upright", "horizontal", "inverted"] as const;

/** Third value of a joint whose place is known. */
const KNOWN = 1;

type Point = readonly [number, number];

/** Middle of shoulders and of hips, as far as they are known. */
function torso({ joints }: LabelledPerson): { shoulders: Point; hips: Point } | undefined {
  const middle = (indices: readonly number[]): Point | undefined => {
    const known = indices.map((i) => joints[i]!).filter(([, , state]) => state === KNOWN);
    if (known.length === 0) return undefined;
    return [
      known.reduce((sum, [x]) => sum + x, 0) / known.length,
      known.reduce((sum, [, y]) => sum + y, 0) / known.length,
    ];
  };
  const [shoulders, hips] = [middle([5, 6]), middle([11, 12])];
  return shoulders && hips ? { shoulders, hips } : undefined;
}

/** Undefined when shoulders or hips are not known. */
export function attitudeOf(person: LabelledPerson): Attitude | undefined {
  const line = torso(person);
  if (!line) return undefined;
  const [dx, dy] = [line.shoulders[0] - line.hips[0], line.shoulders[1] - line.hips[1]];
  if (Math.hypot(dx, dy) < 1e-3) return undefined;
  const angle = (Math.atan2(Math.abs(dx), -dy) * 180) / Math.PI;
  return angle <= 45 ? "upright" : angle <= 135 ? "horizontal" : "inverted";
}

/** Pixels from hips to shoulders, at least 8: the measure of PCK. NaN when not known. */
export function torsoLength(person: LabelledPerson): number {
  const line = torso(person);
  return line
    ? Math.max(8, Math.hypot(line.shoulders[0] - line.hips[0], line.shoulders[1] - line.hips[1]))
    : Number.NaN;
}

/** Indices of the joints that were labelled by hand, face joints left out. */
export function handJoints({ joints }: LabelledPerson): number[] {
  return joints.flatMap(([, , state], i) => (i >= 5 && state === KNOWN ? [i] : []));
}

export function intersection(a: BoxCorners, b: BoxCorners): number {
  return (
    Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) * Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]))
  );
}

export function area([x1, y1, x2, y2]: BoxCorners): number {
  return Math.max(0, x2 - x1) * Math.max(0, y2 - y1);
}

/** Intersection over union. */
export function iou(a: BoxCorners, b: BoxCorners): number {
  const shared = intersection(a, b);
  return shared / Math.max(1e-6, area(a) + area(b) - shared);
}

/** Points on the body, and the flesh around them in pixels: their turned hull is the turned body's box (label.py, outline). */
function outline({ box, joints, head }: LabelledPerson): { points: Point[]; flesh: number } {
  const size = Math.sqrt(Math.max(1, area(box)));
  const known = joints.filter(([, , state]) => state === KNOWN).map(([x, y]): Point => [x, y]);
  const hasLegs = joints.slice(13).some(([, , state]) => state === KNOWN);
  if (known.length >= 9 && hasLegs) return { points: head ? [...known, head] : known, flesh: 0.06 * size };
  const [rx, ry] = [(box[2] - box[0]) / 2, (box[3] - box[1]) / 2];
  const points = Array.from({ length: 20 }, (_, i): Point => {
    const t = (i / 20) * 2 * Math.PI;
    return [box[0] + rx + rx * Math.cos(t), box[1] + ry + ry * Math.sin(t)];
  });
  return { points, flesh: 0 };
}

/** Turns by `degrees` clockwise about (cx, cy), then moves that centre to (toX, toY). */
export interface Turn {
  degrees: number;
  cx: number;
  cy: number;
  toX: number;
  toY: number;
}

export function turnPoint([x, y]: Point, { degrees, cx, cy, toX, toY }: Turn): [number, number] {
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  return [toX + (x - cx) * cos - (y - cy) * sin, toY + (x - cx) * sin + (y - cy) * cos];
}

/** Box of the same body in the turned picture: that of its turned outline, for the corners of an upright box are not body. */
export function turnedBox(person: LabelledPerson, turn: Turn): BoxCorners {
  const { box } = person;
  const corners = [
    [box[0], box[1]],
    [box[2], box[1]],
    [box[2], box[3]],
    [box[0], box[3]],
  ].map(([x, y]) => turnPoint([x!, y!], turn));
  const hull = bounds(corners);
  // Under 7 degrees the given box, which saw the silhouette, is better than joints.
  if (Math.abs(Math.sin((turn.degrees * Math.PI) / 180)) < 0.12) {
    const [x, y] = [(hull[0] + hull[2]) / 2, (hull[1] + hull[3]) / 2];
    const [w, h] = [(box[2] - box[0]) / 2, (box[3] - box[1]) / 2];
    return [x - w, y - h, x + w, y + h];
  }
  const { points, flesh } = outline(person);
  const tight = bounds(points.map((point) => turnPoint(point, turn)));
  return [
    Math.max(hull[0], tight[0] - flesh),
    Math.max(hull[1], tight[1] - flesh),
    Math.min(hull[2], tight[2] + flesh),
    Math.min(hull[3], tight[3] + flesh),
  ];
}

function bounds(points: readonly Point[]): BoxCorners {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
