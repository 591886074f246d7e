import { createForest, walkForest } from './forest.js';
import type { Model } from './format.js';
import { createKernel, type Kernel } from './kernel.js';
import { createMaskSum, createMasks } from './masks.js';
import type { Scaling } from './scaler.js';
import { rawThresholds } from './threshold.js';
import type { Tree } from './tree.js';

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

/** After how many rows a kernel is made: it takes as long as it saves in 20,000 rows, and not every predictor sees so many. */
const ROWS_BEFORE_KERNEL = 10_000;

/** Makes the fastest evaluator there is for a model; all give the same bits. */
export function createEvaluator(model: Model, scaling: Scaling): Evaluator {
  const { trees, scaler, learningRate, featureNames, init } = model;
  if (scaler === 'request') return createScaledEvaluator(model, scaling);
  const thresholds = rawThresholds(trees, scaler);
  if (!fitMasks(trees)) return createRowByRow(createWalk(model, thresholds), model);

  const masks = createMasks(trees, thresholds, learningRate, featureNames.length);
  const plain = createRowByRow(createMaskSum(masks), model);
  const one = new Float64Array(1);
  let kernel: Kernel | undefined;
  let nRows = 0; // NaN once a kernel was tried

  function prepare(n: number): void {
    nRows += n;
    if (!(nRows > ROWS_BEFORE_KERNEL)) return;
    nRows = Number.NaN;
    kernel = createKernel(masks, featureNames.length);
  }

  return {
    predictRow(row) {
      prepare(1);
      if (kernel === undefined) return plain.predictRow(row);
      one[0] = init;
      kernel(row, one);
      return one[0];
    },
    predictRows(rows, out) {
      prepare(out.length);
      if (kernel === undefined) return plain.predictRows(rows, out);
      out.fill(init);
      kernel(rows, out);
    },
  };
}

function createRowByRow(addLeaves: AddLeaves, { init, featureNames }: Model): Evaluator {
  const nFeatures = featureNames.length;
  return {
    predictRow: (row) => addLeaves(row, 0, init),
    predictRows(rows, out) {
      for (let r = 0; r < out.length; r++) out[r] = addLeaves(rows, r * nFeatures, init);
    },
  };
}

/** Whether every tree has a bit for each leaf, and the masks fit a cache. */
function fitMasks(trees: readonly Tree[]): boolean {
  return trees.every((tree) => tree.value.length <= 63);
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

function createWalk({ trees, learningRate }: Model, thresholds: readonly Float64Array[]): AddLeaves {
  const forest = createForest(trees, thresholds, learningRate);
  return (values, start, init) => walkForest(forest, values, start, init);
}
