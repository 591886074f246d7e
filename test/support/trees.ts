import type { Document } from './documents.js';

/** How a leaf becomes a node with two leaves. */
export interface Split {
  /** Which leaf, counted modulo their number. */
  readonly leaf: number;
  readonly feature: number;
  readonly threshold: number;
  /** The values of the new leaves. */
  readonly left: number;
  readonly right: number;
}

/** Grows a tree split by split, best-first as `max_leaf_nodes` has it: a left child need not be the next node. */
export function grow(value: number, splits: readonly Split[]): Document {
  const tree = {
    children_left: [-1],
    children_right: [-1],
    feature: [-2],
    threshold: [-2],
    value: [value],
    weighted_n_node_samples: [1],
  };
  const leaves = [0];
  for (const { leaf, feature, threshold, left, right } of splits) {
    const k = leaf % leaves.length;
    const i = leaves[k];
    const child = tree.value.length;
    leaves.splice(k, 1, child, child + 1);
    tree.children_left[i] = child;
    tree.children_right[i] = child + 1;
    tree.feature[i] = feature;
    tree.threshold[i] = threshold;
    for (const value of [left, right]) {
      tree.children_left.push(-1);
      tree.children_right.push(-1);
      tree.feature.push(-2);
      tree.threshold.push(-2);
      tree.value.push(value);
      tree.weighted_n_node_samples.push(1);
    }
  }
  return tree;
}
