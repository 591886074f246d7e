import { InputError, show } from './errors.js';
import { type Scaler, type Scaling, transform } from './scaler.js';

/** Scales by the rows of each call, so that a row's prediction depends on its neighbours: the original service's fault, kept. */
export function scaleByRequest(featureNames: readonly string[]): Scaling {
  const nFeatures = featureNames.length;
  const finite = { lowest: -Number.MAX_VALUE, highest: Number.MAX_VALUE };
  return {
    accepted: featureNames.map(() => finite),
    transform(rows, samples) {
      transform(fitScaler(rows, nFeatures), rows, samples);
      const k = samples.findIndex((x) => !Number.isFinite(x));
      if (k === -1) return;
      const feature = featureNames[k % nFeatures];
      const problem = `expected a number that can be scaled by this call's rows, got ${show(rows[k])}`;
      throw new InputError('out_of_range', problem, feature, Math.floor(k / nFeatures));
    },
  };
}

/**
 * Fits a `StandardScaler` on the rows of one call, as the original service did: to the last bit what scikit-learn 0.20 makes
 * of a pandas frame.
 *
 * @param rows row-major [n, nFeatures], n > 0
 */
export function fitScaler(rows: Float64Array, nFeatures: number): Scaler {
  const mean = new Float64Array(nFeatures);
  const scale = new Float64Array(nFeatures);
  const n = rows.length / nFeatures;
  const column = new Float64Array(n);

  for (let f = 0; f < nFeatures; f++) {
    for (let r = 0; r < n; r++) column[r] = rows[r * nFeatures + f];
    mean[f] = sum(column) / n;
    for (let r = 0; r < n; r++) column[r] = square(column[r] - mean[f]);
    // scikit-learn multiplies this by n and divides again, which gives a quotient by n back, bit by bit
    const variance = sum(column) / n;
    // only exactly 0 becomes 1: the tiny scale of a constant column whose mean was rounded stays
    scale[f] = variance === 0 ? 1 : Math.sqrt(variance);
  }
  return { mean, scale };
}

// not `** 2`: that is a library function with roundings of its own
function square(x: number): number {
  return x * x;
}

/** NumPy's sum of a contiguous float64 column: pairwise within the 8,192 elements of a buffer, one buffer after another. */
function sum(column: Float64Array): number {
  let total = 0;
  for (let start = 0; start < column.length; start += 8192) {
    total += pairwiseSum(column.subarray(start, start + 8192));
  }
  return total;
}

// `pairwise_sum` of numpy/core/src/umath/loops.c.src
function pairwiseSum(column: Float64Array): number {
  const n = column.length;
  if (n < 8) return column.reduce((total, x) => total + x, 0);
  if (n > 128) {
    const half = (n >> 1) & ~7;
    return pairwiseSum(column.subarray(0, half)) + pairwiseSum(column.subarray(half));
  }
  const r = column.slice(0, 8);
  const end = n & ~7;
  for (let i = 8; i < end; i++) r[i & 7] += column[i];
  const total = r[0] + r[1] + (r[2] + r[3]) + (r[4] + r[5] + (r[6] + r[7]));
  return column.subarray(end).reduce((rest, x) => rest + x, total);
}
