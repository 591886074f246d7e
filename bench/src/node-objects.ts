import type { Model, Trees } from '@housing/model';

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
  const roots = Array.from(trees.firstNode.subarray(0, -1), (root) => linkNodes(trees, root));
  return (row) => {
    const sample = Array.from(row, (x, f) => round((x - mean[f]) / scale[f]));
    return roots.reduce((sum, root) => sum + learningRate * leafValue(root, sample), init);
  };
}

function linkNodes(trees: Trees, i: number): Node {
  if (trees.childrenLeft[i] === -1) return { value: trees.value[i] };
  return {
    feature: trees.feature[i],
    threshold: trees.threshold[i],
    left: linkNodes(trees, trees.childrenLeft[i]),
    right: linkNodes(trees, trees.childrenRight[i]),
  };
}

function leafValue(root: Node, sample: number[]): number {
  let node = root;
  while ('feature' in node) node = sample[node.feature] <= node.threshold ? node.left : node.right;
  return node.value;
}
