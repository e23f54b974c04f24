/** A corner as [x, y], each 0-1 of the picture's width and height. */
type Corner = readonly [number, number];

/** Smaller than this share of the picture an area is a slip of the pen: 10 x 10 pixels of 1080p. */
const LEAST_AREA = 5e-5;

/**
 * What is wrong with an area drawn by these corners, with the remedy; undefined when it is a proper one. Fewer than three
 * corners are somebody else's complaint.
 */
export function flaw(corners: readonly Corner[]): string | undefined {
  if (corners.length < 3) return undefined;
  const sides = corners.map((corner, i) => [corner, corners[(i + 1) % corners.length] as Corner] as const);
  const twice = sides.findIndex(([a, b]) => a[0] === b[0] && a[1] === b[1]);
  if (twice >= 0)
    return `names corner ${twice} twice in a row; leave one out (the last corner joins the first by itself)`;
  for (const [i, [a, b]] of sides.entries())
    for (const [j, [c, d]] of sides.entries()) {
      const neighbours = j === i + 1 || (i === 0 && j === sides.length - 1);
      if (j > i && !neighbours && cross(a, b, c, d))
        return `crosses itself (side ${i} and side ${j}); list the corners in order round the area`;
    }
  if (area(corners) < LEAST_AREA) return "encloses no area; list at least three corners that are not on one line";
  return undefined;
}

/** Shoelace formula; share of the picture. */
function area(corners: readonly Corner[]): number {
  let twice = 0;
  for (const [i, [x, y]] of corners.entries()) {
    const [nextX, nextY] = corners[(i + 1) % corners.length] as Corner;
    twice += x * nextY - nextX * y;
  }
  return Math.abs(twice) / 2;
}

/** Whether the sides ab and cd share a point. */
function cross(a: Corner, b: Corner, c: Corner, d: Corner): boolean {
  const [abc, abd, cda, cdb] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (abc !== abd && cda !== cdb) return true;
  return (
    (abc === 0 && within(a, b, c)) ||
    (abd === 0 && within(a, b, d)) ||
    (cda === 0 && within(c, d, a)) ||
    (cdb === 0 && within(c, d, b))
  );
}

/** 1: abc turns left, -1: right, 0: straight on. */
function turn(a: Corner, b: Corner, c: Corner): number {
  return Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
}

function within(a: Corner, b: Corner, p: Corner): boolean {
  return (
    Math.min(a[0], b[0]) <= p[0] &&
    p[0] <= Math.max(a[0], b[0]) &&
    Math.min(a[1], b[1]) <= p[1] &&
    p[1] <= Math.max(a[1], b[1])
  );
}
