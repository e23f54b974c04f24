/** As the API gives it: of each pose 17 × (x, y, visibility) in COCO order, x and y in 0..1 of the picture; oldest first. */
export interface Track {
  readonly poses: readonly (readonly (number | null)[])[];
}

export interface Size {
  /** Pixels; the height is 9/16 of it. */
  readonly width: number;
  /** Poses from before that are shown faintly. */
  readonly ghosts: number;
}

/** The last pose is of this long a movement, at most: what came before says nothing about the fall. */
const MAX_POSES = 250;
const KEYPOINTS = 17;
const MAX_WIDTH = 2_000;
/** Of the picture; nearer than this nobody looks. */
const MIN_CROP = 0.25;
const MARGIN = 1.35;

/** Pairs of COCO keypoints: head, arms, trunk, legs. */
// biome-ignore format: pairs
const BONES = [[0, 5], [0, 6], [5, 7], [7, 9], [6, 8], [8, 10], [5, 6], [5, 11], [6, 12], [11, 12], [11, 13], [13, 15], [12, 14], [14, 16]] as const;

type Point = readonly [x: number, y: number];
type Pose = readonly (Point | undefined)[];

/** A person as an SVG picture of lines, and how they came to lie there; undefined when nothing of them was seen. */
export function draw({ poses: given }: Track, { width, ghosts }: Size): string | undefined {
  const poses = given
    .slice(-MAX_POSES)
    .map(pointsOf)
    .filter((pose) => pose.some(Boolean));
  const last = poses.at(-1);
  if (!last || !(width >= 1 && width <= MAX_WIDTH)) return undefined;
  const earlier = spread(poses.slice(0, -1), ghosts);
  const height = (width * 9) / 16;
  const place = placing([...earlier, last], width, height);
  const stroke = round(Math.max(2, width / 110));
  const body = [...earlier, last].map((pose, at) => {
    const opacity = at === earlier.length ? 1 : round(0.12 + (0.3 * (at + 1)) / (earlier.length + 1));
    return `<g opacity="${opacity}">${limbs(pose, place)}${joints(pose, place, stroke)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<rect width="${width}" height="${height}" fill="#14181d"/>`,
    `<g stroke="#ffb000" fill="#ffb000" stroke-width="${stroke}" stroke-linecap="round">${body.join("")}</g>`,
    "</svg>",
  ].join("");
}

function pointsOf(numbers: readonly (number | null)[]): Pose {
  if (!Array.isArray(numbers)) return [];
  return Array.from({ length: KEYPOINTS }, (_, k) => {
    const [x, y, seen] = numbers.slice(k * 3, k * 3 + 3);
    if (!seen || !isWithin(x) || !isWithin(y)) return undefined;
    return [x, y];
  });
}

/** Bodies reach out of the picture, but not far. */
const isWithin = (value: unknown): value is number => typeof value === "number" && value >= -1 && value <= 2;

/** `count` of them at even distances, the oldest first. */
function spread(poses: readonly Pose[], count: number): Pose[] {
  const step = poses.length / Math.max(1, count);
  if (step <= 1) return [...poses];
  return Array.from({ length: count }, (_, i) => poses[Math.floor(i * step)] as Pose);
}

/** From the camera's picture to the drawing: the part of it that holds all poses, in the drawing's shape. */
function placing(poses: readonly Pose[], width: number, height: number): (point: Point) => Point {
  const points = poses.flatMap((pose) => pose.filter((point) => point !== undefined));
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const crop = Math.max(MIN_CROP, (right - left) * MARGIN, (bottom - top) * MARGIN);
  const [middleX, middleY] = [(left + right) / 2, (top + bottom) / 2];
  return ([x, y]) => [((x - middleX) / crop + 0.5) * width, ((y - middleY) / crop + 0.5) * height];
}

function limbs(pose: Pose, place: (point: Point) => Point): string {
  return BONES.map(([from, to]) => {
    const [a, b] = [pose[from], pose[to]];
    if (!a || !b) return "";
    const [[x1, y1], [x2, y2]] = [place(a), place(b)];
    return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;
  }).join("");
}

function joints(pose: Pose, place: (point: Point) => Point, stroke: number): string {
  return pose
    .map((point, keypoint) => {
      // Of the face, the nose says enough.
      if (!point || (keypoint > 0 && keypoint < 5)) return "";
      const [x, y] = place(point);
      return `<circle cx="${round(x)}" cy="${round(y)}" r="${keypoint === 0 ? stroke * 2 : stroke * 0.8}" stroke="none"/>`;
    })
    .join("");
}

const round = (value: number) => Math.round(value * 10) / 10;
