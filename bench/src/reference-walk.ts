import type { Model } from '@housing/model';

/** Predicts one row with scikit-learn's own loop, written to be compared with its source and not to be fast. */
export function referenceWalk(model: Model, row: ArrayLike<number>): number {
  if (model.scaler === 'request') throw new Error('expected a scaler fitted in training');
  const { mean, scale } = model.scaler;
  const sample = Array.from(row, (x, f) => Math.fround((x - mean[f]) / scale[f]));

  let prediction = model.init;
  for (const tree of model.trees) {
    let node = 0;
    while (tree.childrenLeft[node] !== -1) {
      if (sample[tree.feature[node]] <= tree.threshold[node]) {
        node = tree.childrenLeft[node];
      } else {
        node = tree.childrenRight[node];
      }
    }
    prediction += model.learningRate * tree.value[node];
  }
  return prediction;
}
