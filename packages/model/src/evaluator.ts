import { createForest, walkForest } from './forest.js';
import type { Model } from './format.js';
import { createMaskSum, createMasks } from './masks.js';
import type { Scaling } from './scaler.js';
import { rawThresholds } from './threshold.js';

/** Predicts rows that were checked. */
export interface Evaluator {
  /** @param row raw values [features] */
  predictRow(row: Float64Array): number;
  /**
   * @param rows raw values, row-major [n, features]
   * @param out the predictions [n], overwritten
   */
  predictRows(rows: Float64Array, out: Float64Array): void;
}

/** Adds the leaves that a row reaches to a sum, tree by tree. */
type AddLeaves = (values: Float64Array, start: number, init: number) => number;

/** Makes the fastest evaluator there is for a model; all give the same bits. */
export function createEvaluator(model: Model, scaling: Scaling): Evaluator {
  const { init, scaler, featureNames } = model;
  const nFeatures = featureNames.length;
  if (scaler === 'request') return createScaledEvaluator(model, scaling);
  const addLeaves = createAddLeaves(model, rawThresholds(model.trees, scaler));
  return {
    predictRow: (row) => addLeaves(row, 0, init),
    predictRows(rows, out) {
      for (let r = 0; r < out.length; r++) out[r] = addLeaves(rows, r * nFeatures, init);
    },
  };
}

/** Scales the rows of each call first, for a scaler whose thresholds cannot be folded before it is fitted. */
function createScaledEvaluator(model: Model, scaling: Scaling): Evaluator {
  const nFeatures = model.featureNames.length;
  const addLeaves = createWalk(
    model,
    model.trees.map((tree) => tree.threshold),
  );

  function predictRows(rows: Float64Array, out: Float64Array): void {
    const samples = new Float32Array(rows.length);
    scaling.transform(rows, samples);
    const values = Float64Array.from(samples);
    for (let r = 0; r < out.length; r++) out[r] = addLeaves(values, r * nFeatures, model.init);
  }

  return {
    predictRow(row) {
      const out = new Float64Array(1);
      predictRows(row, out);
      return out[0];
    },
    predictRows,
  };
}

function createAddLeaves(model: Model, thresholds: readonly Float64Array[]): AddLeaves {
  const { trees, learningRate, featureNames } = model;
  const fits = trees.every((tree) => tree.value.length <= 63);
  return fits
    ? createMaskSum(createMasks(trees, thresholds, learningRate, featureNames.length))
    : createWalk(model, thresholds);
}

function createWalk({ trees, learningRate }: Model, thresholds: readonly Float64Array[]): AddLeaves {
  const forest = createForest(trees, thresholds, learningRate);
  return (values, start, init) => walkForest(forest, values, start, init);
}
