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
  const { childrenLeft, feature, threshold } = trees;
  const inner = [...childrenLeft.keys()].filter((i) => childrenLeft[i] !== -1);
  const step = Math.ceil(inner.length / MOST_ROWS);
  const chosen = inner.filter((_, k) => k % step === 0);
  const rows = randomRows(model, chosen.length);
  chosen.forEach((i, r) => {
    const f = feature[i];
    rows[r * featureNames.length + f] = threshold[i] * scaler.scale[f] + scaler.mean[f];
  });
  return rows;
}
