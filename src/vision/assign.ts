/**
 * Pairs rows with columns so that the sum of the weights is greatest (Kuhn-Munkres in its shortest-path form, O(n³);
 * a picture holds 20 people at most). Weights are finite and not negative; pairs of weight 0 count as unpaired. Returns for each row its column, or -1.
 */
export function assign(weights: readonly (readonly number[])[]): number[] {
  const rows = weights.length;
  const size = Math.max(rows, weights[0]?.length ?? 0);
  if (rows === 0 || size === 0) return new Array<number>(rows).fill(-1);
  // Index 0 of each array is the virtual row and column from which every augmenting path starts.
  const u = new Float64Array(size + 1);
  const v = new Float64Array(size + 1);
  const match = new Int32Array(size + 1);
  const way = new Int32Array(size + 1);
  for (let row = 1; row <= size; row++) {
    const least = new Float64Array(size + 1).fill(Number.POSITIVE_INFINITY);
    const used = new Uint8Array(size + 1);
    let column = 0;
    match[0] = row;
    do {
      used[column] = 1;
      const from = match[column]!;
      let delta = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let j = 1; j <= size; j++) {
        if (used[j]) continue;
        const cost = -(weights[from - 1]?.[j - 1] ?? 0) - u[from]! - v[j]!;
        if (cost < least[j]!) {
          least[j] = cost;
          way[j] = column;
        }
        if (least[j]! < delta) {
          delta = least[j]!;
          next = j;
        }
      }
      for (let j = 0; j <= size; j++) {
        if (used[j]) {
          u[match[j]!]! += delta;
          v[j]! -= delta;
        } else least[j]! -= delta;
      }
      column = next;
    } while (match[column] !== 0);
    while (column !== 0) {
      match[column] = match[way[column]!]!;
      column = way[column]!;
    }
  }
  const pairs = new Array<number>(rows).fill(-1);
  for (let j = 1; j <= size; j++) {
    const row = match[j]! - 1;
    if (row < rows && (weights[row]?.[j - 1] ?? 0) > 0) pairs[row] = j - 1;
  }
  return pairs;
}
