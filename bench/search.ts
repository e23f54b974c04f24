/** One setting and the values it may take, in order. */
export interface Axis {
  name: string;
  values: readonly number[];
}

/** A place in the grid: for every axis the index of its value. */
export type Point = readonly number[];

export interface SearchOptions {
  axes: readonly Axis[];
  /** Pure, lower is better; asked once per point. */
  cost: (point: Point) => number;
  /** Descents begun from different places: the middle of the grid, then drawn ones. */
  starts: number;
  seed: number;
}

export interface Optimum {
  point: Point;
  cost: number;
  /** Mean cost of places around it, a step or two away along every axis. */
  flatCost: number;
  /** Points whose cost was asked. */
  asked: number;
}

const SWEEPS = 4;
/** Weights along an axis: nearest first. A place two steps from a cliff already pays for it. */
const KERNEL = [3, 2, 1] as const;
/** Places that speak for the neighbourhood of a descent's end; the same shifts for every end. */
const AROUND = 40;
const REACH = 2;

/**
 * Finds a low and flat place of a grid: coordinate descents, where the cost along an axis is smoothed over neighbouring
 * values, then the end with the cheapest neighbourhood. A sharp optimum is luck with the clips at hand, and a little noise away from a bad
 * one; a flat one is likely to hold on others. Deterministic.
 */
export function searchFlat({ axes, cost: priced, starts, seed }: SearchOptions): Optimum {
  const known = new Map<string, number>();
  const cost = (point: Point): number => {
    const key = point.join();
    const before = known.get(key);
    if (before !== undefined) return before;
    const now = priced(point);
    known.set(key, now);
    return now;
  };
  const random = generator(seed);
  const ends = Array.from({ length: starts }, (_, start) => {
    const from = axes.map(({ values }) => Math.floor((start === 0 ? 0.5 : random()) * values.length));
    return descend(from, axes, cost);
  });
  const shifts = Array.from({ length: AROUND }, () => axes.map(() => Math.floor(random() * (2 * REACH + 1)) - REACH));
  const optima = ends.map((point) => {
    const around = shifts.map((shift) => cost(shifted(point, shift, axes)));
    return { point, cost: cost(point), flatCost: mean(around) };
  });
  const best = optima.reduce((a, b) => (b.flatCost < a.flatCost ? b : a));
  return { ...best, asked: known.size };
}

function descend(from: Point, axes: readonly Axis[], cost: (point: Point) => number): Point {
  let point = from;
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const before = point.join();
    for (const [axis, { values }] of axes.entries()) {
      const smooth = smoothed(values.map((_, index) => cost(point.with(axis, index))));
      const here = point[axis] as number;
      // Equal costs are left alone: a setting that decides nothing stays where it is.
      const best = smooth.reduce((low, value, i) => (value < (smooth[low] as number) ? i : low), here);
      point = point.with(axis, best);
    }
    if (point.join() === before) break;
  }
  return point;
}

/** Weighted means over neighbours on both sides; at the ends of the axis over those that there are. */
function smoothed(line: readonly number[]): number[] {
  return line.map((_, i) => {
    let sum = 0;
    let weight = 0;
    for (const [step, share] of KERNEL.entries())
      for (const at of step === 0 ? [i] : [i - step, i + step]) {
        const value = line[at];
        if (value === undefined) continue;
        sum += share * value;
        weight += share;
      }
    return sum / weight;
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function shifted(point: Point, shift: readonly number[], axes: readonly Axis[]): Point {
  return point.map((index, axis) => {
    const last = (axes[axis] as Axis).values.length - 1;
    return Math.min(last, Math.max(0, index + (shift[axis] as number)));
  });
}

/** Mulberry32: the same numbers every time, 0..1. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
