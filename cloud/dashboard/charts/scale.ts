/** Round whole numbers from 0 to at least `max` in about `count` steps of 1, 2 or 5 times a power of ten. */
export function ticks(max: number, count: number): number[] {
  const least = max <= 0 ? 1 : max / count;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = Math.max(1, (([1, 2, 5, 10] as const).find((one) => one * power >= least) ?? 10) * power);
  return Array.from({ length: Math.max(1, Math.ceil(max / step)) + 1 }, (_, index) => index * step);
}

/** Every how many-th label stands, so that each has `room` of `width`. */
export function every(labels: number, width: number, room: number): number {
  return Math.max(1, Math.ceil((labels * room) / Math.max(1, width)));
}

/** Which of `steps` shades a count has among those up to `max`: 0 for none, the deepest for the greatest. */
export function shade(count: number, max: number, steps: number): number {
  return count <= 0 ? 0 : Math.max(1, Math.ceil((count / max) * steps));
}
