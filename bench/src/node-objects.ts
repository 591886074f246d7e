import type { Model, Tree } from '@housing/model';

type Node = { value: number } | { feature: number; threshold: number; left: Node; right: Node };

/**
 * Makes the evaluator that most hand ports are: an object a node, followed by its links.
 *
 * @param round what happens to a scaled value; by default it is narrowed to float32, as scikit-learn does
 */
export function createNodeObjects(
  { scaler, init, learningRate, trees }: Model,
  round: (sample: number) => number = Math.fround,
): (row: ArrayLike<number>) => number {
  if (scaler === 'request') throw new Error('expected a scaler fitted in training');
  const { mean, scale } = scaler;
  const roots = trees.map((tree) => linkNodes(tree, 0));
  return (row) => {
    const sample = Array.from(row, (x, f) => round((x - mean[f]) / scale[f]));
    return roots.reduce((sum, root) => sum + learningRate * leafValue(root, sample), init);
  };
}

function linkNodes(tree: Tree, i: number): Node {
  if (tree.childrenLeft[i] === -1) return { value: tree.value[i] };
  return {
    feature: tree.feature[i],
    threshold: tree.threshold[i],
    left: linkNodes(tree, tree.childrenLeft[i]),
    right: linkNodes(tree, tree.childrenRight[i]),
  };
}

function leafValue(root: Node, sample: number[]): number {
  let node = root;
  while ('feature' in node) node = sample[node.feature] <= node.threshold ? node.left : node.right;
  return node.value;
}
