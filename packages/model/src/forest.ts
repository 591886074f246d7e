import type { Model } from './format.js';

/** The trees of a model laid end to end. */
export interface Forest {
  readonly init: number;
  readonly roots: Int32Array; // [trees]
  readonly left: Int32Array; // [nodes of all trees], -1 at a leaf
  readonly right: Int32Array; // [nodes of all trees]
  readonly feature: Int32Array; // [nodes of all trees]
  readonly threshold: Float64Array; // [nodes of all trees]; at a leaf what it adds to the sum
}

/** Lays out the trees of a model for {@link sumLeaves}. */
export function createForest({ init, learningRate, trees }: Model): Forest {
  const nNodes = trees.reduce((total, tree) => total + tree.value.length, 0);
  const roots = new Int32Array(trees.length);
  const left = new Int32Array(nNodes);
  const right = new Int32Array(nNodes);
  const feature = new Int32Array(nNodes);
  const threshold = new Float64Array(nNodes);

  let root = 0;
  trees.forEach((tree, t) => {
    roots[t] = root;
    tree.value.forEach((value, i) => {
      const isLeaf = tree.childrenLeft[i] === -1;
      left[root + i] = isLeaf ? -1 : root + tree.childrenLeft[i];
      right[root + i] = isLeaf ? -1 : root + tree.childrenRight[i];
      feature[root + i] = tree.feature[i];
      // the product that scikit-learn forms at each prediction, formed once
      threshold[root + i] = isLeaf ? learningRate * value : tree.threshold[i];
    });
    root += tree.value.length;
  });
  return { init, roots, left, right, feature, threshold };
}

/**
 * Walks every tree and adds up the leaves, in the order of the trees: another order has other last bits.
 *
 * @param sample one row, scaled and narrowed to float32
 */
export function sumLeaves(forest: Forest, sample: Float32Array): number {
  const { init, roots, left, right, feature, threshold } = forest;
  let sum = init;
  for (let t = 0; t < roots.length; t++) {
    let i = roots[t];
    while (left[i] !== -1) i = sample[feature[i]] <= threshold[i] ? left[i] : right[i];
    sum += threshold[i];
  }
  return sum;
}
