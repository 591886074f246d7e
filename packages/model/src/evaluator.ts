import { createForest, walkForest } from './forest.js';
import type { Model } from './format.js';
import { createKernel } from './kernel.js';
import { createMaskBlocks, createMaskSum, maskWidth } from './masks.js';
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

/** After how many rows a kernel is made: it takes as long as it saves in 20,000 rows, and not every predictor sees so many. */
const ROWS_BEFORE_KERNEL = 10_000;

/** How many trees make up for the call of a kernel: with 10 it takes twice the time of the masks, with 100 a third. */
const TREES_FOR_KERNEL = 32;

/**
 * Up to how many bits of mask rows a tree masks are faster than a walk, which reads none of features that it does not meet.
 *
 * Measured on random models of 10 to 2,000 trees, 2 to 32 leaves, 1 to 200 features: with 800 bits (100 features, 8 leaves) masks
 * and walk take the same time; the kernel needs a third of the walk's with 1,600 (100 features, 16 leaves), and twice with 6,400.
 */
const MOST_BITS = { plain: 800, kernel: 2400 };

/** Makes the fastest evaluator there is for a model; all give the same bits. */
export function createEvaluator(model: Model, scaling: Scaling): Evaluator {
  const { trees, scaler, learningRate, featureNames, init } = model;
  if (scaler === 'request') return createScaledEvaluator(model, scaling);
  const nFeatures = featureNames.length;
  const thresholds = rawThresholds(trees, scaler);
  const width = maskWidth(trees);
  if (width === undefined || width * nFeatures > MOST_BITS.kernel) {
    return createRowByRow(createWalk(model, thresholds), model);
  }

  const createBlocks = () => createMaskBlocks(trees, thresholds, learningRate, nFeatures, width);
  const blocks = width * nFeatures > MOST_BITS.plain ? undefined : createBlocks();
  let evaluator = createRowByRow(blocks ? inTurn(blocks.map(createMaskSum)) : createWalk(model, thresholds), model);
  let nRows = 0; // until a kernel was tried

  function count(n: number): void {
    nRows += n;
    if (nRows <= ROWS_BEFORE_KERNEL) return;
    nRows = Number.NEGATIVE_INFINITY;
    if (trees.length < TREES_FOR_KERNEL) return;
    evaluator = createKernel(blocks ?? createBlocks(), init, nFeatures) ?? evaluator;
  }

  return {
    predictRow(row) {
      count(1);
      return evaluator.predictRow(row);
    },
    predictRows(rows, out) {
      count(out.length);
      evaluator.predictRows(rows, out);
    },
  };
}

function inTurn(sums: readonly AddLeaves[]): AddLeaves {
  if (sums.length === 1) return sums[0];
  return (values, start, init) => sums.reduce((sum, addLeaves) => addLeaves(values, start, sum), init);
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
