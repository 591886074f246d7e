import type { Trees } from './trees.js';

/** How many rows go through a tree before the next: it is fetched from a far cache once for all of them. */
const ROWS_A_BLOCK = 64;

/**
 * Walks every tree for each row and adds the leaves to `init`, in the order of the trees: another order has other last bits.
 *
 * @param trees with thresholds to compare with the values as they are
 * @param learningRate what leaves are multiplied by, 1 where they were before
 * @param values row-major [n, features]
 * @param out the sums [n], overwritten
 */
export function walkTrees(trees: Trees, learningRate: number, init: number, values: Float64Array, out: Float64Array) {
  const nFeatures = values.length / out.length;
  out.fill(init);
  for (let first = 0; first < out.length; first += ROWS_A_BLOCK) {
    const sums = out.subarray(first, first + ROWS_A_BLOCK);
    const rows = values.subarray(first * nFeatures);
    for (let t = 0; t < trees.length; t++) addLeaves(trees, learningRate, trees.firstNode[t], rows, nFeatures, sums);
  }
}

// a function of its own: compiled while the first trees are walked, it is entered at the next, not in the middle of three loops
function addLeaves(
  { childrenLeft, childrenRight, feature, threshold, value }: Trees,
  learningRate: number,
  root: number,
  rows: Float64Array,
  nFeatures: number,
  sums: Float64Array,
): void {
  for (let r = 0, start = 0; r < sums.length; r++, start += nFeatures) {
    let i = root;
    for (let f = feature[i]; f >= 0; f = feature[i])
      i = rows[start + f] <= threshold[i] ? childrenLeft[i] : childrenRight[i];
    sums[r] += learningRate * value[i];
  }
}
