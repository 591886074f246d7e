import type { Model } from '@housing/model';

/** Predicts one row with scikit-learn's own loop, written to be compared with its source and not to be fast. */
export function referenceWalk(model: Model, row: ArrayLike<number>): number {
  if (model.scaler === 'request') throw new Error('expected a scaler fitted in training');
  const { trees, learningRate, scaler } = model;
  const { mean, scale } = scaler;
  const sample = Array.from(row, (x, f) => Math.fround((x - mean[f]) / scale[f]));

  let prediction = model.init;
  for (let t = 0; t < trees.length; t++) {
    let node = trees.firstNode[t];
    while (trees.childrenLeft[node] !== -1) {
      if (sample[trees.feature[node]] <= trees.threshold[node]) {
        node = trees.childrenLeft[node];
      } else {
        node = trees.childrenRight[node];
      }
    }
    prediction += learningRate * trees.value[node];
  }
  return prediction;
}
