import type { Size } from "../../frames/frame.ts";
import { hipMiddle, lyingFromShape, shoulderMiddle } from "../body.ts";
import type { EyesEntry, Model } from "../catalogue.ts";
import { MAX_ROWS, type Memory } from "../memory.ts";
import { ROW, ROW_BOX, ROW_KEYPOINTS } from "../person.ts";
import { angleOf, type Crop, openCrop, type Turned, toPicture } from "./crop.ts";
import { detectors, type Found, inOrder, overlap, tinyPoseNormalisation, withoutDoubles } from "./detectors.ts";
import type { Eyes, Runtime, Tensor } from "./family.ts";

type Entry = Extract<EyesEntry, { family: "topdown" }>;
type Box = Omit<Found, "score">;

/** A detection below this is not worth a pose run. */
const LEAST = 0.15;
/** Detections that share more than this of their union are one person. */
const SAME = 0.6;
/** A detection that shares this much with a track's last box is that track. */
const TRACKED = 0.3;
/** The crop is this much larger than the box, as in TinyPose's training. */
const PADDING = 1.25;
/** A pose found only where a track was last seen counts when its joints are this sure, and half: it never begins a track. */
const SURE = 0.4;
const FOLLOWED = 0.5;

/** A body to look for: where, and the ways it may lie. `score` is undefined where only a track says so. */
interface Candidate {
  box: Box;
  angles: number[];
  score: number | undefined;
}

/**
 * A person detector, then TinyPose on a crop of each person, turned so that the body is upright: the pose model has
 * learnt upright bodies only. The angle is that of the track's own last torso; a wide box that nobody knows yet is tried
 * with its head to either side. A track that the detector misses is looked for where it was, for detectors lose the fallen.
 */
export async function openTopDown(model: Model<Entry>, memory: Memory, runtime: Runtime): Promise<Eyes> {
  const { name, input, detector, pose } = model.entry;
  const kind = detectors[detector.kind];
  const shared = { memory, runtime, input, layout: "nchw" as const };
  const [cropWhole, cropBody, find, readPose] = await Promise.all([
    openCrop({ ...shared, size: detector.input, normalisation: kind.normalisation }),
    openCrop({ ...shared, size: pose.input, normalisation: tinyPoseNormalisation }),
    runtime.load(name, model.bytes[detector.file]!),
    runtime.load(name, model.bytes[pose.file]!),
  ]);
  const whole = wholePicture(input, detector.input, kind.keepsAspect);

  async function detect(): Promise<Found[]> {
    const crops = await cropWhole([whole]);
    const outputs = inOrder(find, await find.run({ [find.inputNames[0]!]: crops }));
    const found = kind.decode(outputs, detector.input, LEAST).map(({ score, ...box }) => {
      const [x1, y1] = toPicture(whole, box.x1 / detector.input.width, box.y1 / detector.input.height);
      const [x2, y2] = toPicture(whole, box.x2 / detector.input.width, box.y2 / detector.input.height);
      return { score, x1, y1, x2, y2 };
    });
    return withoutDoubles(found, SAME).slice(0, MAX_ROWS);
  }

  async function readRows(candidates: readonly Candidate[]): Promise<Float32Array[]> {
    const aspect = pose.input.width / pose.input.height;
    const tries = candidates.flatMap((candidate) =>
      candidate.angles.map((angle) => ({ candidate, crop: bodyCrop(candidate.box, angle, aspect) })),
    );
    const poses = await runPose(
      readPose,
      cropBody,
      tries.map(({ crop }) => crop),
    );
    const best = new Map<Candidate, { row: Float32Array; sure: number }>();
    for (const [i, { candidate, crop }] of tries.entries()) {
      const { row, sure } = decodePose(poses, i, crop);
      if (sure > (best.get(candidate)?.sure ?? -1)) best.set(candidate, { row, sure });
    }
    return [...best].flatMap(([{ box, score }, { row, sure }]) => {
      if (score === undefined && sure < SURE) return [];
      row.set(score === undefined ? aroundKeypoints(row) : [box.x1, box.y1, box.x2, box.y2], ROW_BOX);
      row[0] = score ?? FOLLOWED * sure;
      row[1] = lyingFromShape(row);
      return [row];
    });
  }

  return {
    async look(hints) {
      const tracked = Array.from({ length: hints }, (_, i) => memory.hints.slice(i * ROW, (i + 1) * ROW));
      const candidates = gather(await detect(), tracked);
      if (candidates.length === 0) return 0;
      const rows = (await readRows(candidates)).sort((a, b) => b[0]! - a[0]!).slice(0, MAX_ROWS);
      for (const [i, row] of rows.entries()) memory.rows.set(row, i * ROW);
      return rows.length;
    },
  };
}

/** The rectangle that shows the detector the whole picture. */
function wholePicture(picture: Size, detector: Size, keepsAspect: boolean): Turned {
  const scale = Math.max(picture.width / detector.width, picture.height / detector.height);
  const width = keepsAspect ? detector.width * scale : picture.width;
  const height = keepsAspect ? detector.height * scale : picture.height;
  return { x: width / 2, y: height / 2, width, height, angle: 0 };
}

function gather(found: readonly Found[], tracked: readonly Float32Array[]): Candidate[] {
  const boxes = tracked.map(boxOf);
  const candidates: Candidate[] = found.map(({ score, ...box }) => {
    const i = best(boxes.map((known) => overlap(box, known)));
    const known = i >= 0 && overlap(box, boxes[i]!) >= TRACKED ? torso(tracked[i]!) : Number.NaN;
    const wide = box.x2 - box.x1 > box.y2 - box.y1;
    const angles = !Number.isNaN(known) ? [known] : wide ? [0, Math.PI / 2, -Math.PI / 2] : [0];
    return { box, score, angles };
  });
  for (const [i, box] of boxes.entries()) {
    if (found.some((other) => overlap(other, box) >= TRACKED)) continue;
    const angle = torso(tracked[i]!);
    if (!Number.isNaN(angle)) candidates.push({ box, score: undefined, angles: [angle] });
  }
  return candidates;
}

function best(values: readonly number[]): number {
  return values.reduce((found, value, i) => (found < 0 || value > values[found]! ? i : found), -1);
}

function boxOf(row: Float32Array): Box {
  return { x1: row[ROW_BOX]!, y1: row[ROW_BOX + 1]!, x2: row[ROW_BOX + 2]!, y2: row[ROW_BOX + 3]! };
}

function torso(row: Float32Array): number {
  const [hip, shoulder] = [hipMiddle(row), shoulderMiddle(row)];
  return angleOf(shoulder.x - hip.x, shoulder.y - hip.y);
}

/** The rectangle, turned by `angle`, that holds the box, in the pose model's aspect. */
function bodyCrop(box: Box, angle: number, aspect: number): Turned {
  const [w, h] = [box.x2 - box.x1, box.y2 - box.y1];
  const [sin, cos] = [Math.abs(Math.sin(angle)), Math.abs(Math.cos(angle))];
  const width = PADDING * Math.max(w * cos + h * sin, aspect * (w * sin + h * cos));
  return { x: (box.x1 + box.x2) / 2, y: (box.y1 + box.y2) / 2, width, height: width / aspect, angle };
}

interface Poses {
  heat: Tensor;
  peaks: Tensor;
}

async function runPose(
  session: Awaited<ReturnType<Runtime["load"]>>,
  crop: Crop,
  rectangles: Turned[],
): Promise<Poses> {
  const [heat, peaks] = inOrder(session, await session.run({ [session.inputNames[0]!]: await crop(rectangles) }));
  return { heat: heat!, peaks: peaks! };
}

/** Peaks of the heat maps, moved a quarter cell towards the higher neighbour (Simple Baselines, arXiv 1804.06208). */
function decodePose({ heat, peaks }: Poses, index: number, crop: Turned): { row: Float32Array; sure: number } {
  const [, joints, height, width] = heat.dims as [number, number, number, number];
  const [values, at] = [heat.data as Float32Array, peaks.data as BigInt64Array];
  const row = new Float32Array(ROW);
  let sure = 0;
  for (let joint = 0; joint < joints; joint++) {
    const map = (index * joints + joint) * height * width;
    const peak = Number(at[index * joints + joint]);
    const [x, y] = [peak % width, Math.floor(peak / width)];
    const level = (px: number, py: number) =>
      px < 0 || py < 0 || px >= width || py >= height ? 0 : values[map + py * width + px]!;
    const u = (x + 0.5 + 0.25 * Math.sign(level(x + 1, y) - level(x - 1, y))) / width;
    const v = (y + 0.5 + 0.25 * Math.sign(level(x, y + 1) - level(x, y - 1))) / height;
    const visible = Math.min(1, Math.max(0, level(x, y)));
    row.set([...toPicture(crop, u, v), visible], ROW_KEYPOINTS + joint * 3);
    sure += visible / joints;
  }
  return { row, sure };
}

/** The box around all keypoints, a tenth larger to each side. */
export function aroundKeypoints(row: Float32Array): [number, number, number, number] {
  const [xs, ys]: [number[], number[]] = [[], []];
  for (let at = ROW_KEYPOINTS; at < ROW; at += 3) {
    xs.push(row[at]!);
    ys.push(row[at + 1]!);
  }
  const [x1, x2, y1, y2] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const [dx, dy] = [0.1 * (x2 - x1), 0.1 * (y2 - y1)];
  return [x1 - dx, y1 - dy, x2 + dx, y2 + dy];
}
