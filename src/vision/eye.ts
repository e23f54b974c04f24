import type { Frame, Size } from "../frames/frame.ts";
import type { Clock, Monotonic } from "../lib/clock.ts";
import type { Crew } from "./crew.ts";
import { History } from "./fall.ts";
import { bytesOf, type Memory, POSTURES } from "./memory.ts";
import { isCoordinate, type Person, type Posture, ROW, ROW_BOX, ROW_KEYPOINTS } from "./person.ts";
import type { Thread } from "./thread.ts";
import { type Track, Tracker } from "./track.ts";
import type { Eye, Look } from "./vision.ts";

export interface EyeOptions {
  crew: Crew;
  clock: Clock;
  /** Input size of each tier's model. */
  sizes: readonly Size[];
  minScore: number;
}

/** What a camera sees: its tracks and their last two seconds. They live here, so a lost worker takes none of them along. */
export function openEye({ crew, clock, sizes, minScore }: EyeOptions): Eye {
  const tracker = new Tracker(minScore);
  let tracks: readonly Track[] = [];
  let histories = new Map<number, History>();
  let looking = false;

  async function lookThrough(thread: Thread, frame: Frame, tier: number, waitMs: number): Promise<Look> {
    const { memory } = thread;
    const size = sizes[tier];
    if (!size) throw new RangeError(`no model tier ${tier}; there are ${sizes.length}`);

    const painting = clock.now();
    const scale = frame.paint(memory.picture.subarray(0, bytesOf(size)), size);
    // From input pixels to picture heights.
    const unit = 1 / (scale * frame.size.height);
    writeHints(tracks, memory, 1 / unit);

    const asking = clock.now();
    const count = await thread.ask({ kind: "look", tier, hints: tracks.length });

    const tracking = clock.now();
    tracks = tracker.update(readRows(memory, count, unit), frame.capturedAt);
    histories = remember(tracks, histories, memory, frame.capturedAt);

    const judging = clock.now();
    if (tracks.length > 0) await thread.ask({ kind: "judge", tracks: tracks.length });
    const aspect = frame.size.width / frame.size.height;
    const people = tracks.map((track, i) => person(track, readPosture(memory, i), aspect));
    const done = clock.now();
    return {
      people,
      tier,
      times: {
        wait: waitMs,
        paint: asking - painting,
        eyes: tracking - asking,
        track: judging - tracking,
        fall: done - judging,
      },
    };
  }

  return {
    async look(take, tier) {
      if (looking) throw new Error("one look per camera at a time: await the one before");
      looking = true;
      try {
        const asked = clock.now();
        const thread = await crew.borrow().catch((error) => {
          // A look always uses a frame up: a caller that asks again at once waits for the next one.
          take();
          throw error;
        });
        try {
          const frame = take();
          if (!frame) return undefined;
          return { frame, look: await lookThrough(thread, frame, tier, clock.now() - asked) };
        } finally {
          crew.giveBack(thread);
        }
      } finally {
        looking = false;
      }
    },
  };
}

/** Rows from shared memory, out of input pixels into picture heights. */
function readRows(memory: Memory, count: number, unit: number): Float32Array[] {
  return Array.from({ length: count }, (_, i) => scaled(memory.rows.subarray(i * ROW, (i + 1) * ROW), unit));
}

function writeHints(tracks: readonly Track[], memory: Memory, pixels: number): void {
  for (const [i, track] of tracks.entries()) memory.hints.set(scaled(track.row, pixels), i * ROW);
}

function scaled(row: Float32Array, factor: number): Float32Array {
  const copy = Float32Array.from(row);
  for (let i = 0; i < ROW; i++) if (isCoordinate(i)) copy[i]! *= factor;
  return copy;
}

/** Adds what was seen to each track's history, forgets ended tracks, and lays the windows out for the fall model. */
function remember(
  tracks: readonly Track[],
  before: ReadonlyMap<number, History>,
  memory: Memory,
  now: Monotonic,
): Map<number, History> {
  const histories = new Map<number, History>();
  for (const [i, track] of tracks.entries()) {
    const history = before.get(track.id) ?? new History();
    if (!track.coasting) history.add(track.row, now);
    history.write(now, memory.history, memory.present, i);
    histories.set(track.id, history);
  }
  return histories;
}

function readPosture({ posture }: Memory, index: number): Posture {
  const at = index * POSTURES;
  return { fall: posture[at]!, fallen: posture[at + 1]!, upright: posture[at + 2]!, low: posture[at + 3]! };
}

function person(track: Track, posture: Posture, aspect: number): Person {
  const { row } = track;
  const keypoints = row.slice(ROW_KEYPOINTS);
  for (let i = 0; i < keypoints.length; i += 3) keypoints[i]! /= aspect;
  return {
    track: track.id,
    box: { x1: row[ROW_BOX]! / aspect, y1: row[ROW_BOX + 1]!, x2: row[ROW_BOX + 2]! / aspect, y2: row[ROW_BOX + 3]! },
    keypoints,
    score: track.coasting ? 0 : row[0]!,
    lying: row[1]!,
    posture,
    coasting: track.coasting,
    since: track.since,
    seen: track.seen,
    torsoAngle: track.torsoAngle,
    dropSpeed: track.coasting ? Number.NaN : track.dropSpeed,
  };
}
