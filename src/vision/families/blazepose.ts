import type { Size } from "../../frames/frame.ts";
import { hipMiddle, logistic, lyingFromShape, shoulderMiddle, VISIBLE } from "../body.ts";
import type { EyesEntry, Model } from "../catalogue.ts";
import { MAX_ROWS, type Memory } from "../memory.ts";
import { ROW, ROW_BOX, ROW_KEYPOINTS } from "../person.ts";
import { angleOf, openCrop, type Turned, toPicture } from "./crop.ts";
import { inOrder } from "./detectors.ts";
import type { Eyes, Runtime, Tensor } from "./family.ts";
import { aroundKeypoints } from "./topdown.ts";

type Entry = Extract<EyesEntry, { family: "blazepose" }>;

const DETECTOR = 224;
const LANDMARK = 256;
/** MediaPipe's own threshold is 0.5; fallen bodies are found with less. */
const LEAST = 0.3;
/** The region is this much larger than the circle around the body (MediaPipe pose_detection_to_roi). */
const PADDING = 1.25;
/** Two regions are one body when their centres are closer than this share of their size. */
const SAME = 0.25;
/** Square grids of anchors: cells along a side, anchors per cell (MediaPipe pose_detection, SSD anchors of fixed size 1). */
const GRIDS = [
  [28, 2],
  [14, 2],
  [7, 6],
] as const;
/** BlazePose's 33 landmarks as COCO's 17 keypoints. */
const COCO = [0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28] as const;

/**
 * BlazePose (arXiv 2006.10204): a detector that finds the middle of the hips and a circle around the body, then a
 * landmark model on the turned square of that circle. As in MediaPipe a tracked body gives its own next region; the
 * detector only adds bodies that no track covers.
 */
export async function openBlazePose(model: Model<Entry>, memory: Memory, runtime: Runtime): Promise<Eyes> {
  const { name, input, detector, landmark } = model.entry;
  const shared = { memory, runtime, input, layout: "nhwc" as const };
  const square = (side: number): Size => ({ width: side, height: side });
  const rgb = (mean: number, scale: number) => ({
    order: "rgb" as const,
    mean: [mean, mean, mean] as const,
    scale: [scale, scale, scale] as const,
    border: 0,
  });
  const [cropWhole, cropBody, find, trace] = await Promise.all([
    openCrop({ ...shared, size: square(DETECTOR), normalisation: rgb(127.5, 1 / 127.5) }),
    openCrop({ ...shared, size: square(LANDMARK), normalisation: rgb(0, 1 / 255) }),
    runtime.load(name, model.bytes[detector.file]!),
    runtime.load(name, model.bytes[landmark.file]!),
  ]);
  const side = Math.max(input.width, input.height);
  const whole: Turned = { x: input.width / 2, y: input.height / 2, width: side, height: side, angle: 0 };

  return {
    async look(hints) {
      const regions: Region[] = [];
      const add = (region: Region | undefined) => {
        if (region && regions.length < MAX_ROWS && !regions.some((known) => sameBody(known, region)))
          regions.push(region);
      };
      for (let i = 0; i < hints; i++) add(regionOfTrack(memory.hints.subarray(i * ROW, (i + 1) * ROW)));
      const outputs = inOrder(find, await find.run({ [find.inputNames[0]!]: await cropWhole([whole]) }));
      for (const region of detections(outputs, whole)) add(region);

      const rows: Float32Array[] = [];
      for (const region of regions) {
        const traced = inOrder(trace, await trace.run({ [trace.inputNames[0]!]: await cropBody([region]) }));
        rows.push(readRow(traced, region));
      }
      rows.sort((a, b) => b[0]! - a[0]!);
      for (const [i, row] of rows.entries()) memory.rows.set(row, i * ROW);
      return rows.length;
    },
  };
}

type Region = Turned;

function sameBody(a: Region, b: Region): boolean {
  return Math.hypot(a.x - b.x, a.y - b.y) < SAME * Math.max(a.width, b.width);
}

/** The square around a circle about (x, y) through (rimX, rimY), where the rim point lies above the head. */
function region(x: number, y: number, rimX: number, rimY: number): Region {
  const size = 2 * PADDING * Math.hypot(rimX - x, rimY - y);
  return { x, y, width: size, height: size, angle: angleOf(rimX - x, rimY - y) };
}

function regionOfTrack(row: Float32Array): Region | undefined {
  const [hip, shoulder] = [hipMiddle(row), shoulderMiddle(row)];
  const torso = Math.hypot(shoulder.x - hip.x, shoulder.y - hip.y);
  if (!(torso > 0)) return undefined;
  let reach = torso;
  for (let at = ROW_KEYPOINTS; at < ROW; at += 3) {
    if (row[at + 2]! >= VISIBLE) reach = Math.max(reach, Math.hypot(row[at]! - hip.x, row[at + 1]! - hip.y));
  }
  // The joints end at ankles and ears; the circle goes around soles and crown.
  const scale = (1.1 * reach) / torso;
  return region(hip.x, hip.y, hip.x + (shoulder.x - hip.x) * scale, hip.y + (shoulder.y - hip.y) * scale);
}

/** Bodies found, best first. Each anchor: box (4), then hip middle, rim, shoulder middle, upper rim as (x, y), in pixels from the anchor. */
function detections([places, logits]: readonly Tensor[], whole: Turned): Region[] {
  const [data, scores] = [places!.data as Float32Array, logits!.data as Float32Array];
  const found: { score: number; region: Region }[] = [];
  let anchor = 0;
  for (const [cells, each] of GRIDS) {
    for (let i = 0; i < cells * cells * each; i++, anchor++) {
      const score = logistic(scores[anchor]!);
      if (score < LEAST) continue;
      const cell = Math.floor(i / each);
      const place = (offset: number) => {
        const u = data[anchor * 12 + offset]! / DETECTOR + ((cell % cells) + 0.5) / cells;
        const v = data[anchor * 12 + offset + 1]! / DETECTOR + (Math.floor(cell / cells) + 0.5) / cells;
        return toPicture(whole, u, v);
      };
      found.push({ score, region: region(...place(4), ...place(6)) });
    }
  }
  return found.sort((a, b) => b.score - a.score).map((one) => one.region);
}

/** 39 × (x, y, z, visibility, presence) in crop pixels, the last two as logits; the second output is the body's presence. */
function readRow([landmarks, presence]: readonly Tensor[], crop: Region): Float32Array {
  const data = landmarks!.data as Float32Array;
  const row = new Float32Array(ROW);
  for (const [joint, from] of COCO.entries()) {
    const at = from * 5;
    const visible = logistic(Math.min(data[at + 3]!, data[at + 4]!));
    row.set([...toPicture(crop, data[at]! / LANDMARK, data[at + 1]! / LANDMARK), visible], ROW_KEYPOINTS + joint * 3);
  }
  row[0] = (presence!.data as Float32Array)[0]!;
  row.set(aroundKeypoints(row), ROW_BOX);
  row[1] = lyingFromShape(row);
  return row;
}
