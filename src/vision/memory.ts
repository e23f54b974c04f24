import type { Size } from "../frames/frame.ts";
import { ROW } from "./person.ts";

/** Rows that the eyes may fill for one picture. */
export const MAX_ROWS = 20;
/** Tracks that one camera may hold, and so the largest batch of the fall model. */
export const MAX_TRACKS = 32;
/** Moments in the fall model's window, 0.1 s apart. */
export const SLOTS = 20;
/** Classes of the fall model: fall, fallen, upright, low. */
export const POSTURES = 4;

/**
 * What the main thread and one worker share, so that messages carry no pixels. Only one side touches it at a time:
 * the main thread between an answer and the next question, the worker in between.
 */
export interface Memory {
  readonly buffer: SharedArrayBuffer;
  /** RGB, row-major, for the largest input size; smaller models use its beginning. */
  readonly picture: Uint8Array;
  /** [MAX_ROWS, ROW] what the eyes see, in input pixels. */
  readonly rows: Float32Array;
  /** [MAX_TRACKS, ROW] where the camera's tracks were last seen, in input pixels; for models that follow a body. */
  readonly hints: Float32Array;
  /** [MAX_TRACKS, SLOTS, ROW] the last two seconds of each track, in picture heights. */
  readonly history: Float32Array;
  /** [MAX_TRACKS, SLOTS] 1 where `history` holds an observation. */
  readonly present: Float32Array;
  /** [MAX_TRACKS, POSTURES] */
  readonly posture: Float32Array;
}

export function bytesOf(size: Size): number {
  return size.width * size.height * 3;
}

/** Lays the views out over `buffer`, or over a new one that has room for pictures of `pictureBytes` bytes. */
export function shareMemory(pictureBytes: number, buffer?: SharedArrayBuffer): Memory {
  const floats = [
    MAX_ROWS * ROW,
    MAX_TRACKS * ROW,
    MAX_TRACKS * SLOTS * ROW,
    MAX_TRACKS * SLOTS,
    MAX_TRACKS * POSTURES,
  ] as const;
  let offset = Math.ceil(pictureBytes / 64) * 64;
  const shared = buffer ?? new SharedArrayBuffer(offset + 4 * floats.reduce((sum, n) => sum + n, 0));
  const next = (length: number) => {
    const view = new Float32Array(shared, offset, length);
    offset += view.byteLength;
    return view;
  };
  return {
    buffer: shared,
    picture: new Uint8Array(shared, 0, pictureBytes),
    rows: next(floats[0]),
    hints: next(floats[1]),
    history: next(floats[2]),
    present: next(floats[3]),
    posture: next(floats[4]),
  };
}
