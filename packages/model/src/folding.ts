import type { Scaler } from './scaler.js';
import { lastLeft } from './threshold.js';
import type { Trees } from './trees.js';

/**
 * The trees with raw values as thresholds, {@link lastLeft} in place of the scaled threshold, and leaves as they are added.
 *
 * A walk over raw values then needs neither scaling nor narrowing nor the learning rate, by which scikit-learn multiplies for each
 * row, with the same product.
 */
export function fold(trees: Trees, { mean, scale }: Scaler, learningRate: number): Trees {
  // half of all thresholds stand in several trees
  const known = Array.from(mean, () => new Map<number, number>());
  const { feature } = trees;
  const threshold = trees.threshold.map((scaled, i) => {
    const f = feature[i];
    if (f < 0) return scaled;
    let raw = known[f].get(scaled);
    if (raw === undefined) {
      raw = lastLeft(scaled, mean[f], scale[f]);
      known[f].set(scaled, raw);
    }
    return raw;
  });
  return { ...trees, threshold, value: trees.value.map((value) => learningRate * value) };
}
