import type { Monotonic } from "../lib/clock.ts";
import { affinity, lengthsApart } from "./affinity.ts";
import { assign } from "./assign.ts";
import { bodyLength, hipMiddle, torsoAngle } from "./body.ts";
import { Kalman } from "./kalman.ts";
import { MAX_TRACKS } from "./memory.ts";
import { ROW, ROW_BOX, ROW_KEYPOINTS } from "./person.ts";
import { suppress } from "./suppress.ts";

/** Below this a row is noise and not even continues a track (ByteTrack's low threshold, arXiv 2110.06864). */
const LOW_SCORE = 0.1;
/** A certain row may take a track from this affinity on, a doubtful one needs more. */
const FIT = 0.15;
const FIT_DOUBTFUL = 0.3;
/**
 * Who lies this near to where somebody was lost from view, in body lengths, is that one. The middle of a body that tips over moves by 0.7 of its
 * length, and eyes fail while it moves fast.
 */
const LANDED_WITHIN = 1.2;
/** How long a track goes on unseen, s; one that was last seen lying longer, for the floor is where eyes fail. */
const COAST_S = 1.5;
const COAST_LYING_S = 4;
/** An unseen body loses 1 - 1/e of its speed in this time, s. */
const DAMPING_S = 0.4;
/** A body's known length decays in this time, s. */
const FORGET_S = 10;
/** Free fall of a body 0.6 picture heights tall is about 3.5 picture heights/s²; told in body lengths per s². */
const ACCELERATION = 6;
/** Standard deviation of a box side, in body lengths. */
const NOISE = 0.04;
/** A body followed from look to look. Lengths in picture heights. */
export interface Track {
  readonly id: number;
  /** As last seen; while `coasting` moved to where it is expected. See ROW. */
  readonly row: Float32Array;
  readonly coasting: boolean;
  readonly since: Monotonic;
  readonly seen: number;
  /** Degrees from vertical; NaN when not visible. */
  readonly torsoAngle: number;
  /** Speed of the hip middle, picture heights per second downwards; NaN when unknown. */
  readonly dropSpeed: number;
}

/**
 * Gives bodies ids that last through a fall. Per update: rows are thinned to one per body, then paired with tracks by
 * least total cost: certain rows with all tracks, doubtful rows with the tracks left over (the second pass of ByteTrack),
 * certain rows left over begin new tracks, unless they lie where somebody was just lost from view. Pure: time comes in with the rows.
 */
export class Tracker {
  readonly #minScore: number;
  #tracks: Followed[] = [];
  #last: Monotonic = 0;
  #nextId = 1;

  /** `minScore`: a row below it never begins a track. */
  constructor(minScore: number) {
    this.#minScore = minScore;
  }

  /** `rows` [n, ROW] in picture heights, seen at `at` (ms). Returns the tracks that are somebody. */
  update(rows: readonly Float32Array[], at: Monotonic): readonly Track[] {
    const dt = Math.max(0, at - this.#last) / 1000;
    this.#last = at;
    for (const track of this.#tracks) track.predict(dt);

    const bodies = suppress(rows.filter(isBody).sort((a, b) => b[0]! - a[0]!));
    const certain = bodies.filter((row) => row[0]! >= this.#minScore);
    const doubtful = bodies.filter((row) => row[0]! < this.#minScore);
    const known = this.#tracks.filter((track) => track.confirmed);
    const budding = this.#tracks.filter((track) => !track.confirmed);

    const left = pair(known, certain, FIT, at);
    const spare = pair(unseen(known, at), [...left, ...doubtful], FIT_DOUBTFUL, at);
    const unclaimed = pair(
      budding,
      spare.filter((row) => row[0]! >= this.#minScore),
      FIT,
      at,
    );
    this.#tracks = this.#tracks.filter((track) => track.lives(at));
    // A budding track that still lives was seen a second time: no ghost of one frame becomes somebody.
    for (const track of this.#tracks.filter(({ confirmed }) => !confirmed)) {
      const lost = this.#lostBy(track);
      if (lost) {
        lost.see(track.row, at);
        this.#tracks.splice(this.#tracks.indexOf(track), 1);
      } else track.confirm(this.#nextId++);
    }
    for (const row of unclaimed) {
      if (this.#tracks.length < MAX_TRACKS) this.#tracks.push(new Followed(0, row, at));
    }
    return this.#tracks.filter((track) => track.confirmed);
  }

  /** Who was lost from view and now lies where `found` is, if anybody. */
  #lostBy(found: Followed): Followed | undefined {
    if (!found.lies) return undefined;
    const lost = this.#tracks.filter((track) => track.confirmed && track.coasting);
    const apart = lost.map((track) => lengthsApart(track.row, track.length, found.row));
    const least = Math.min(...apart);
    return least <= LANDED_WITHIN ? lost[apart.indexOf(least)] : undefined;
  }
}

function isBody(row: Float32Array): boolean {
  const wide = row[ROW_BOX + 2]! - row[ROW_BOX]!;
  const high = row[ROW_BOX + 3]! - row[ROW_BOX + 1]!;
  return row[0]! >= LOW_SCORE && wide > 0 && high > 0 && row.every(Number.isFinite);
}

function unseen(tracks: readonly Followed[], at: Monotonic): Followed[] {
  return tracks.filter((track) => track.lastSeen < at);
}

/** Shows each track the row that fits it; returns the rows that fit nobody. */
function pair(
  tracks: readonly Followed[],
  rows: readonly Float32Array[],
  least: number,
  at: Monotonic,
): Float32Array[] {
  const weights = tracks.map((track) =>
    rows.map((row) => {
      const fit = affinity(track.row, track.length, row, (at - track.lastSeen) / 1000);
      return fit >= least ? fit : 0;
    }),
  );
  const taken = new Set<number>();
  assign(weights).forEach((column, i) => {
    if (column < 0) return;
    taken.add(column);
    tracks[i]!.see(rows[column]!, at);
  });
  return rows.filter((_, column) => !taken.has(column));
}

class Followed implements Track {
  id: number;
  row: Float32Array;
  seen = 1;
  lastSeen: Monotonic;
  coasting = false;
  torsoAngle: number;
  dropSpeed = Number.NaN;
  readonly since: Monotonic;
  readonly #sides: readonly [Kalman, Kalman, Kalman, Kalman];
  #hip: Kalman | undefined;
  /** The body's length as far as it ever showed, forgotten slowly (it may walk away): a part of a body is no smaller body. */
  length: number;

  constructor(id: number, row: Float32Array, at: Monotonic) {
    this.id = id;
    this.row = row;
    this.since = at;
    this.lastSeen = at;
    this.length = bodyLength(row);
    const filter = (value: number) => new Kalman(value, NOISE * this.length, this.length);
    const [x, y, width, height] = centreAndSize(row);
    this.#sides = [filter(x), filter(y), filter(width), filter(height)];
    this.torsoAngle = torsoAngle(row);
    this.#seeHip(row);
  }

  get confirmed(): boolean {
    return this.id > 0;
  }

  get lies(): boolean {
    return this.row[1]! > 0.5;
  }

  confirm(id: number): void {
    this.id = id;
  }

  /** Moves the body to where it is expected `dt` seconds later; `row` becomes that expectation. */
  predict(dt: number): void {
    this.length *= Math.exp(-dt / FORGET_S);
    const push = ACCELERATION * this.length;
    const [x, y, width, height] = this.#sides;
    if (this.coasting) {
      x.damp(Math.exp(-dt / DAMPING_S));
      y.damp(Math.exp(-dt / DAMPING_S));
      width.damp(0);
      height.damp(0);
    }
    for (const side of this.#sides) side.predict(dt, push);
    this.#hip?.predict(dt, push);
    this.row = this.#expected();
    this.coasting = true;
  }

  see(row: Float32Array, at: Monotonic): void {
    this.row = row;
    this.seen += 1;
    this.lastSeen = at;
    this.coasting = false;
    this.length = Math.max(bodyLength(row), this.length);
    const noise = NOISE * this.length;
    centreAndSize(row).forEach((value, i) => {
      this.#sides[i]!.correct(value, noise);
    });
    this.torsoAngle = torsoAngle(row);
    this.#seeHip(row);
  }

  lives(at: Monotonic): boolean {
    if (!this.coasting) return true;
    if (!this.confirmed) return false;
    const lay = this.lies || this.#sides[2].position > this.#sides[3].position;
    return at - this.lastSeen <= (lay ? COAST_LYING_S : COAST_S) * 1000;
  }

  #seeHip(row: Float32Array): void {
    const { y } = hipMiddle(row);
    if (Number.isNaN(y)) {
      this.#hip = undefined;
      this.dropSpeed = Number.NaN;
    } else if (this.#hip) {
      this.#hip.correct(y, NOISE * this.length);
      this.dropSpeed = this.#hip.velocity;
    } else {
      this.#hip = new Kalman(y, NOISE * this.length, this.length);
      this.dropSpeed = Number.NaN;
    }
  }

  #expected(): Float32Array {
    const [x, y, width, height] = this.#sides.map((side) => side.position) as [number, number, number, number];
    const [lastX, lastY] = centreAndSize(this.row);
    const row = Float32Array.from(this.row);
    const [halfWidth, halfHeight] = [Math.max(width, 0.1 * this.length) / 2, Math.max(height, 0.1 * this.length) / 2];
    row[ROW_BOX] = x - halfWidth;
    row[ROW_BOX + 1] = y - halfHeight;
    row[ROW_BOX + 2] = x + halfWidth;
    row[ROW_BOX + 3] = y + halfHeight;
    for (let joint = ROW_KEYPOINTS; joint < ROW; joint += 3) {
      row[joint]! += x - lastX;
      row[joint + 1]! += y - lastY;
    }
    return row;
  }
}

function centreAndSize(row: Float32Array): [number, number, number, number] {
  const [x1, y1, x2, y2] = [row[ROW_BOX]!, row[ROW_BOX + 1]!, row[ROW_BOX + 2]!, row[ROW_BOX + 3]!];
  return [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1];
}
