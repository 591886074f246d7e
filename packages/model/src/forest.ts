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

/**
 * Walks every tree and adds the leaves to `init`, in the order of the trees: another order has other last bits.
 *
 * @param values rows laid end to end, to be compared with the thresholds as they are
 * @param start where the row starts
 */
export function walkForest(forest: Forest, values: Float64Array, start: number, init: number): number {
  const { roots, left, right, feature, threshold } = forest;
  let sum = init;
  for (let t = 0; t < roots.length; t++) {
    let i = roots[t];
    while (left[i] !== -1) i = values[start + feature[i]] <= threshold[i] ? left[i] : right[i];
    sum += threshold[i];
  }
  return sum;
}
