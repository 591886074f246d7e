import { ModelFormatError, show } from './errors.js';
import * as read from './reader.js';

/** A `sklearn.tree._tree.Tree`: columns over its nodes, root first, every child after its parent. */
export interface Tree {
  readonly childrenLeft: Int32Array; // [nodes], -1 at a leaf
  readonly childrenRight: Int32Array; // [nodes], -1 at a leaf
  readonly feature: Int32Array; // [nodes], -2 at a leaf
  readonly threshold: Float64Array; // [nodes], -2 at a leaf
  readonly value: Float64Array; // [nodes], before the learning rate
  readonly weightedNNodeSamples: Float64Array; // [nodes]
}

const keys = ['children_left', 'children_right', 'feature', 'threshold', 'value', 'weighted_n_node_samples'];

/**
 * Reads one tree.
 *
 * @throws {@link ModelFormatError} unless every node but the root is the child of exactly one earlier node, so that every walk ends
 */
export function parseTree(value: unknown, path: string, nFeatures: number): Tree {
  const columns = read.object(value, path, keys);
  const childrenLeft = read.numbers(columns.children_left, `${path}.children_left`);
  const nNodes = childrenLeft.length;
  const column = (key: string) => read.numbers(columns[key], `${path}.${key}`, nNodes);
  const childrenRight = column('children_right');
  const feature = column('feature');
  const threshold = column('threshold');

  const hasParent = new Uint8Array(nNodes);
  for (let i = 0; i < nNodes; i++) {
    if (childrenLeft[i] === -1) {
      expectValue(childrenRight[i], `${path}.children_right[${i}]`, -1);
      expectValue(feature[i], `${path}.feature[${i}]`, -2);
      expectValue(threshold[i], `${path}.threshold[${i}]`, -2);
    } else {
      adopt(childrenLeft[i], `${path}.children_left[${i}]`, i, hasParent);
      adopt(childrenRight[i], `${path}.children_right[${i}]`, i, hasParent);
      expectIndex(feature[i], `${path}.feature[${i}]`, 0, nFeatures - 1);
    }
  }
  const orphan = hasParent.indexOf(0, 1);
  if (orphan !== -1) {
    throw new ModelFormatError(
      'not_a_tree',
      path,
      `expected every node but the first to be a child, got node ${orphan}`,
    );
  }

  return {
    childrenLeft: Int32Array.from(childrenLeft),
    childrenRight: Int32Array.from(childrenRight),
    feature: Int32Array.from(feature),
    threshold,
    value: column('value'),
    weightedNNodeSamples: column('weighted_n_node_samples'),
  };
}

function adopt(child: number, path: string, parent: number, hasParent: Uint8Array): void {
  expectIndex(child, path, parent + 1, hasParent.length - 1);
  if (hasParent[child] === 1) {
    throw new ModelFormatError('not_a_tree', path, `expected a node without a parent, got ${child}`);
  }
  hasParent[child] = 1;
}

function expectIndex(value: number, path: string, lowest: number, highest: number): void {
  if (Number.isInteger(value) && value >= lowest && value <= highest) return;
  throw new ModelFormatError(
    'out_of_range',
    path,
    `expected an index from ${lowest} to ${highest}, got ${show(value)}`,
  );
}

function expectValue(value: number, path: string, expected: number): void {
  if (value === expected) return;
  throw new ModelFormatError('out_of_range', path, `expected ${expected} at a leaf, got ${show(value)}`);
}
