import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assign } from "../../src/vision/assign.ts";

/** The best sum that any pairing of rows with columns reaches, by trying all. */
function bestSum(weights: readonly (readonly number[])[], row = 0, taken: ReadonlySet<number> = new Set()): number {
  if (row === weights.length) return 0;
  let best = bestSum(weights, row + 1, taken);
  for (const [column, weight] of weights[row]!.entries()) {
    if (!taken.has(column)) best = Math.max(best, weight + bestSum(weights, row + 1, new Set([...taken, column])));
  }
  return best;
}

const matrix = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })).chain(([rows, columns]) =>
  fc.array(
    fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })), {
      minLength: columns,
      maxLength: columns,
    }),
    { minLength: rows, maxLength: rows },
  ),
);

describe("assign", () => {
  it("reaches the best sum, gives no column twice, and leaves pairs of weight 0 apart", () => {
    fc.assert(
      fc.property(matrix, (weights) => {
        const pairs = assign(weights);
        expect(pairs).toHaveLength(weights.length);
        const columns = pairs.filter((column) => column >= 0);
        expect(new Set(columns).size).toBe(columns.length);
        const chosen = pairs.map((column, row) => (column < 0 ? 0 : weights[row]![column]!));
        for (const [row, column] of pairs.entries()) if (column >= 0) expect(chosen[row]).toBeGreaterThan(0);
        expect(chosen.reduce((a, b) => a + b, 0)).toBeCloseTo(bestSum(weights), 9);
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});
