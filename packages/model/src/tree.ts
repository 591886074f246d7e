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
    // paths are made where they are needed, in errors: there are 30,000 places
    if (childrenLeft[i] === -1) {
      if (childrenRight[i] !== -1) throw notALeaf(`${path}.children_right[${i}]`, childrenRight[i], -1);
      if (feature[i] !== -2) throw notALeaf(`${path}.feature[${i}]`, feature[i], -2);
      if (threshold[i] !== -2) throw notALeaf(`${path}.threshold[${i}]`, threshold[i], -2);
    } else {
      adopt('children_left', childrenLeft[i], i);
      adopt('children_right', childrenRight[i], i);
      if (!isIndex(feature[i], 0, nFeatures)) throw notAnIndex(`${path}.feature[${i}]`, feature[i], 0, nFeatures);
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

  // two buffers a tree: one for each column would take longer to make than what is in it
  const integers = new Int32Array(3 * nNodes);
  const floats = new Float64Array(3 * nNodes);
  return {
    childrenLeft: write(integers, 0, childrenLeft),
    childrenRight: write(integers, 1, childrenRight),
    feature: write(integers, 2, feature),
    threshold: write(floats, 0, threshold),
    value: write(floats, 1, column('value')),
    weightedNNodeSamples: write(floats, 2, column('weighted_n_node_samples')),
  };

  function adopt(key: string, child: number, i: number): void {
    if (!isIndex(child, i + 1, nNodes)) throw notAnIndex(`${path}.${key}[${i}]`, child, i + 1, nNodes);
    if (hasParent[child] === 1) {
      throw new ModelFormatError(
        'not_a_tree',
        `${path}.${key}[${i}]`,
        `expected a node without a parent, got ${child}`,
      );
    }
    hasParent[child] = 1;
  }
}

/** Writes a column as the k-th of a buffer, and returns that part. */
function write<T extends Int32Array | Float64Array>(buffer: T, k: number, column: readonly number[]): T;
function write(buffer: Int32Array | Float64Array, k: number, column: readonly number[]) {
  const part = buffer.subarray(k * column.length, (k + 1) * column.length);
  part.set(column);
  return part;
}

function isIndex(value: number, start: number, end: number): boolean {
  return Number.isInteger(value) && value >= start && value < end;
}

function notAnIndex(path: string, value: number, start: number, end: number): ModelFormatError {
  const problem = `expected an index from ${start} to ${end - 1}, got ${show(value)}`;
  return new ModelFormatError('out_of_range', path, problem);
}

function notALeaf(path: string, value: number, expected: number): ModelFormatError {
  return new ModelFormatError('out_of_range', path, `expected ${expected} at a leaf, got ${show(value)}`);
}
