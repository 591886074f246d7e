import { ModelFormatError, show } from './errors.js';
import * as read from './reader.js';

/**
 * The trees of a model: scikit-learn's `sklearn.tree._tree.Tree`, its columns laid end to end over the nodes of all trees. The nodes
 * of a tree stand together, root first, every child after its parent.
 *
 * One array a column: one for each column of each tree, 2,400 for the shipped model, would take longer to make than to fill.
 */
export interface Trees {
  readonly length: number;
  readonly firstNode: Int32Array; // [trees + 1], where the nodes of each tree start, and where those of the last end
  readonly childrenLeft: Int32Array; // [nodes], where the child stands among all nodes, -1 at a leaf
  readonly childrenRight: Int32Array; // [nodes], the same
  readonly feature: Int32Array; // [nodes], -2 at a leaf
  readonly threshold: Float64Array; // [nodes], -2 at a leaf
  readonly value: Float64Array; // [nodes], before the learning rate
  readonly weightedNNodeSamples: Float64Array; // [nodes]
}

const keys = ['children_left', 'children_right', 'feature', 'threshold', 'value', 'weighted_n_node_samples'] as const;

/** The columns of one tree as the document has them, its children counted from its root. */
type Columns = Readonly<Record<(typeof keys)[number], readonly number[]>>;

/**
 * Reads the trees.
 *
 * @throws {@link ModelFormatError} unless every node but the roots is the child of exactly one earlier node of its tree, so that
 *   every walk ends
 */
export function parseTrees(value: unknown, featureNames: readonly string[]): Trees {
  const columns = read.each(value, 'trees', readColumns);
  const nNodes = columns.reduce((total, { value }) => total + value.length, 0);
  const trees = {
    length: columns.length,
    firstNode: new Int32Array(columns.length + 1),
    childrenLeft: new Int32Array(nNodes).fill(-1),
    childrenRight: new Int32Array(nNodes).fill(-1),
    feature: new Int32Array(nNodes),
    threshold: new Float64Array(nNodes),
    value: new Float64Array(nNodes),
    weightedNNodeSamples: new Float64Array(nNodes),
  };
  columns.forEach((tree, t) => {
    const root = trees.firstNode[t];
    trees.firstNode[t + 1] = root + tree.value.length;
    trees.feature.set(tree.feature, root);
    trees.threshold.set(tree.threshold, root);
    trees.value.set(tree.value, root);
    trees.weightedNNodeSamples.set(tree.weighted_n_node_samples, root);
    linkChildren(trees, root, tree, `trees[${t}]`, featureNames);
  });
  return trees;
}

function readColumns(value: unknown, path: string): Columns {
  const columns = read.object(value, path, keys);
  expectColumns(columns, path);
  return columns;
}

function expectColumns(columns: read.Fields, path: string): asserts columns is Columns {
  const { length } = read.array(columns.children_left, `${path}.children_left`);
  for (let k = 0; k < keys.length; k++) {
    const column = columns[keys[k]];
    // paths are made where they are needed, in errors: 2,000 of them take as long as the numbers
    if (!read.areNumbers(column, length)) read.numbers(column, `${path}.${keys[k]}`, length);
  }
}

/** Writes the children of a tree, and refuses what is no tree. */
function linkChildren(
  trees: Trees,
  root: number,
  { children_left, children_right, feature, threshold }: Columns,
  path: string,
  featureNames: readonly string[],
): void {
  const nNodes = children_left.length;
  const isChild = new Uint8Array(nNodes);
  for (let i = 0; i < nNodes; i++) {
    const left = children_left[i];
    const right = children_right[i];
    const f = feature[i];
    if (left === -1) {
      if (right !== -1) throw notALeaf(`${path}.children_right[${i}]`, -1, right);
      if (f !== -2) throw notALeaf(`${path}.feature[${i}]`, -2, f);
      if (threshold[i] !== -2) throw notALeaf(`${path}.threshold[${i}]`, -2, threshold[i]);
      continue;
    }
    // 1.5 and `nNodes` are no index of `isChild`: undefined, which is not 0 either
    if (left <= i || isChild[left] !== 0) throw refuseIndex(`${path}.children_left[${i}]`, i + 1, nNodes, left);
    isChild[left] = 1;
    if (right <= i || isChild[right] !== 0) throw refuseIndex(`${path}.children_right[${i}]`, i + 1, nNodes, right);
    isChild[right] = 1;
    if (featureNames[f] === undefined) throw refuseIndex(`${path}.feature[${i}]`, 0, featureNames.length, f);
    trees.childrenLeft[root + i] = root + left;
    trees.childrenRight[root + i] = root + right;
  }
  const orphan = isChild.indexOf(0, 1);
  if (orphan === -1) return;
  throw new ModelFormatError('not_a_tree', path, `expected every node but the first to be a child, got node ${orphan}`);
}

function refuseIndex(path: string, start: number, end: number, got: number): ModelFormatError {
  return Number.isInteger(got) && got >= start && got < end
    ? new ModelFormatError('not_a_tree', path, `expected a node without a parent, got ${got}`)
    : new ModelFormatError('out_of_range', path, `expected an index from ${start} to ${end - 1}, got ${show(got)}`);
}

function notALeaf(path: string, expected: number, got: number): ModelFormatError {
  return new ModelFormatError('out_of_range', path, `expected ${expected} at a leaf, got ${show(got)}`);
}
