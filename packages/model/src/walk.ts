import type { Tree } from './tree.js';

/** How many rows go through a tree before the next: it is fetched from a far cache once for all of them. */
const ROWS_A_BLOCK = 64;

/**
 * Walks every tree for each row and adds the leaves to `init`, in the order of the trees: another order has other last bits.
 *
 * @param thresholds of each tree, to compare with the values as they are
 * @param values row-major [n, features]
 * @param out the sums [n], overwritten
 */
export function walkTrees(
  {
    trees,
    learningRate,
    init,
  }: { readonly trees: readonly Tree[]; readonly learningRate: number; readonly init: number },
  thresholds: readonly Float64Array[],
  values: Float64Array,
  out: Float64Array,
): void {
  const nFeatures = values.length / out.length;
  out.fill(init);
  for (let first = 0; first < out.length; first += ROWS_A_BLOCK) {
    const end = Math.min(first + ROWS_A_BLOCK, out.length);
    for (let t = 0; t < trees.length; t++) {
      const { childrenLeft, childrenRight, feature, value } = trees[t];
      const threshold = thresholds[t];
      for (let r = first; r < end; r++) {
        const start = r * nFeatures;
        let i = 0;
        while (childrenLeft[i] !== -1)
          i = values[start + feature[i]] <= threshold[i] ? childrenLeft[i] : childrenRight[i];
        out[r] += learningRate * value[i];
      }
    }
  }
}
