import { acceptedInterval, type Interval } from './interval.js';

/** What turns raw rows into the samples that the trees compare. */
export interface Scaling {
  /** The raw values that are accepted, a feature each. */
  readonly accepted: readonly Interval[];
  /**
   * @param rows raw, row-major [n, features]
   * @param samples scaled and narrowed to float32, row-major [n, features], overwritten
   */
  transform(rows: Float64Array, samples: Float32Array): void;
}

/** A fitted `StandardScaler`. */
export interface Scaler {
  readonly mean: Float64Array; // [features], 0 where nothing is subtracted
  readonly scale: Float64Array; // [features], positive, 1 where nothing is divided
}

/** Scales by the training rows. */
export function scaleByTraining(scaler: Scaler): Scaling {
  const { mean, scale } = scaler;
  return {
    accepted: Array.from(mean, (m, f) => acceptedInterval(m, scale[f])),
    transform: (rows, samples) => transform(scaler, rows, samples),
  };
}

/**
 * Scales rows as `StandardScaler.transform` does and narrows them to float32, as the trees do with whatever they are given.
 *
 * Two float64 roundings and one to float32: a multiplication by `1 / scale` would differ in a third of all values.
 */
export function transform({ mean, scale }: Scaler, rows: Float64Array, samples: Float32Array): void {
  const nFeatures = mean.length;
  for (let start = 0; start < samples.length; start += nFeatures) {
    for (let f = 0; f < nFeatures; f++) {
      samples[start + f] = (rows[start + f] - mean[f]) / scale[f];
    }
  }
}
