import type { Scaler } from './scaler.js';
import { lastLeft } from './threshold.js';
import type { Trees } from './trees.js';

/**
 * The trees with raw values as thresholds: {@link lastLeft} in place of the scaled threshold, anything at a leaf.
 *
 * A walk over raw values then needs neither scaling nor narrowing.
 */
export function foldScaler(trees: Trees, { mean, scale }: Scaler): Trees {
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
  return { ...trees, threshold };
}
