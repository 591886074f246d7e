import type { Tree } from './tree.js';

/** Trees laid end to end, to be walked node by node. */
export interface Forest {
  readonly roots: Int32Array; // [trees]
  readonly left: Int32Array; // [nodes of all trees], -1 at a leaf
  readonly right: Int32Array; // [nodes of all trees]
  readonly feature: Int32Array; // [nodes of all trees]
  readonly threshold: Float64Array; // [nodes of all trees]; at a leaf what it adds to the sum
}

/** Lays out trees for {@link walkForest}, with these thresholds in place of their own. */
export function createForest(
  trees: readonly Tree[],
  thresholds: readonly Float64Array[],
  learningRate: number,
): Forest {
  const nNodes = trees.reduce((total, tree) => total + tree.value.length, 0);
  const roots = new Int32Array(trees.length);
  const left = new Int32Array(nNodes);
  const right = new Int32Array(nNodes);
  const feature = new Int32Array(nNodes);
  const threshold = new Float64Array(nNodes);

  let root = 0;
  trees.forEach((tree, t) => {
    roots[t] = root;
    for (let i = 0; i < tree.value.length; i++) {
      const isLeaf = tree.childrenLeft[i] === -1;
      left[root + i] = isLeaf ? -1 : root + tree.childrenLeft[i];
      right[root + i] = isLeaf ? -1 : root + tree.childrenRight[i];
      feature[root + i] = tree.feature[i];
      // the product that scikit-learn forms at each prediction, formed once
      threshold[root + i] = isLeaf ? learningRate * tree.value[i] : thresholds[t][i];
    }
    root += tree.value.length;
  });
  return { roots, left, right, feature, threshold };
}

/** How many rows go through a tree before the next: it is fetched from a far cache once for all of them. */
const ROWS_A_BLOCK = 64;

/**
 * Walks every tree for each row and adds the leaves to `init`, in the order of the trees: another order has other last bits.
 *
 * @param values to be compared with the thresholds as they are, row-major [n, features]
 * @param out the sums [n], overwritten
 */
export function walkForest(forest: Forest, values: Float64Array, init: number, out: Float64Array): void {
  const { roots, left, right, feature, threshold } = forest;
  const nFeatures = values.length / out.length;
  out.fill(init);
  for (let first = 0; first < out.length; first += ROWS_A_BLOCK) {
    const end = Math.min(first + ROWS_A_BLOCK, out.length);
    for (let t = 0; t < roots.length; t++) {
      for (let r = first; r < end; r++) {
        let i = roots[t];
        while (left[i] !== -1) i = values[r * nFeatures + feature[i]] <= threshold[i] ? left[i] : right[i];
        out[r] += threshold[i];
      }
    }
  }
}
