/** How close predictions come to scikit-learn's. */
export interface Accuracy {
  /** The share of rows with the same double. */
  readonly equal: number;
  /** The largest absolute difference. */
  readonly worst: number;
}

export function accuracyOf(predictions: Float64Array, expected: Float64Array): Accuracy {
  if (predictions.length !== expected.length) {
    throw new Error(`expected ${expected.length} predictions, got ${predictions.length}`);
  }
  let nEqual = 0;
  let worst = 0;
  predictions.forEach((prediction, r) => {
    if (Object.is(prediction, expected[r])) nEqual++;
    // NaN is no number's equal and stays the worst
    worst = Math.max(worst, Math.abs(prediction - expected[r]));
  });
  return { equal: nEqual / expected.length, worst };
}
