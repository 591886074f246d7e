import type { Model } from '@housing/model';
import { randomRows } from '../random-rows.js';

/** More than the housing model has, few enough to be predicted at once. */
const MOST_ROWS = 3000;

/**
 * For each node that compares, or for some all over a large model, a row whose value lies on its threshold: where rounding
 * decides, as it does in measured data, whose values are few and often midway between others.
 */
export function edgeRows(model: Model): Float64Array {
  const { scaler, trees, featureNames } = model;
  if (scaler === 'request') throw new Error('expected a scaler fitted in training');
  const edges = trees.flatMap(({ feature, threshold, childrenLeft }) =>
    Array.from(childrenLeft, (child, i) => ({ f: feature[i], x: threshold[i], isLeaf: child === -1 })),
  );
  const inner = edges.filter(({ isLeaf }) => !isLeaf);
  const step = Math.ceil(inner.length / MOST_ROWS);
  const chosen = inner.filter((_, k) => k % step === 0);
  const rows = randomRows(model, chosen.length);
  chosen.forEach(({ f, x }, r) => {
    rows[r * featureNames.length + f] = x * scaler.scale[f] + scaler.mean[f];
  });
  return rows;
}
