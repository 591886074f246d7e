import { createForest, walkForest } from './forest.js';
import type { Model } from './format.js';
import { createMaskKernel } from './mask-kernel.js';
import { createMaskBlocks, createMaskSum, type Masks, maskWidth } from './masks.js';
import type { Scaling } from './scaler.js';
import { rawThresholds } from './threshold.js';
import { createWalkKernel } from './walk-kernel.js';

/** Predicts rows that were checked. */
export interface Evaluator {
  /** Where `predictRow` finds its row: raw values [features]. Look it up for each row: it changes with the kernel. */
  readonly row: Float64Array;
  predictRow(): number;
  /**
   * @param rows raw values, row-major [n, features]
   * @param out the predictions [n], overwritten
   */
  predictRows(rows: Float64Array, out: Float64Array): void;
}

/**
 * After how many trees walked a kernel is made, 10,000 rows of 400 trees: it takes as long as it saves in twice as many, and not
 * every predictor sees so many.
 */
const TREES_BEFORE_KERNEL = 4_000_000;

/**
 * Up to how many bits of mask rows a tree masks are faster than a walk, which reads none of features that it does not meet.
 *
 * Measured on random models of 10 to 2,000 trees, 2 to 32 leaves, 1 to 200 features. With 800 bits (100 features, 8 leaves) masks
 * and walk take the same time. As kernels, masks take two thirds of the walk's with 1,120 (140 features, 8 leaves), and 1.6 times
 * with 1,600 and 2,000 trees, where they come from a far cache.
 */
const MOST_BITS = { plain: 800, kernel: 1200 };

/** Makes the fastest evaluator there is for a model; all give the same bits. */
export function createEvaluator(model: Model, scaling: Scaling): Evaluator {
  const { trees, scaler, learningRate, featureNames, init } = model;
  if (scaler === 'request') return createScaledEvaluator(model, scaling);
  const nFeatures = featureNames.length;
  const thresholds = rawThresholds(trees, scaler);
  const width = maskWidth(trees);
  const fitsMasks = (bits: number) => width !== undefined && width * nFeatures <= bits;
  const createBlocks = () => createMaskBlocks(trees, thresholds, learningRate, nFeatures, width ?? 32);

  // with fewer trees than features to find the bins of, a walk is sooner at its end
  const blocks = fitsMasks(MOST_BITS.plain) && nFeatures <= trees.length ? createBlocks() : undefined;
  let evaluator = blocks ? createMaskEvaluator(blocks, init, nFeatures) : createWalkEvaluator(model, thresholds);
  let nWalked = 0; // trees
  let isSettled = false; // whether a kernel was tried

  function count(n: number): void {
    nWalked += n * trees.length;
    if (nWalked < TREES_BEFORE_KERNEL) return;
    isSettled = true;
    const kernel = fitsMasks(MOST_BITS.kernel)
      ? createMaskKernel(blocks ?? createBlocks(), init, nFeatures)
      : createWalkKernel(trees, thresholds, learningRate, init, nFeatures);
    evaluator = kernel ?? evaluator;
  }

  return {
    get row() {
      return evaluator.row;
    },
    predictRow() {
      const prediction = evaluator.predictRow();
      if (!isSettled) count(1);
      return prediction;
    },
    predictRows(rows, out) {
      if (!isSettled) count(out.length);
      evaluator.predictRows(rows, out);
    },
  };
}

function createMaskEvaluator(blocks: readonly Masks[], init: number, nFeatures: number): Evaluator {
  const sums = blocks.map(createMaskSum);
  const row = new Float64Array(nFeatures);
  const addLeaves =
    sums.length === 1
      ? sums[0]
      : (values: Float64Array, start: number, init: number) =>
          sums.reduce((sum, addLeaves) => addLeaves(values, start, sum), init);
  return {
    row,
    predictRow: () => addLeaves(row, 0, init),
    predictRows(rows, out) {
      for (let r = 0; r < out.length; r++) out[r] = addLeaves(rows, r * nFeatures, init);
    },
  };
}

function createWalkEvaluator(
  { trees, learningRate, init, featureNames }: Model,
  thresholds: readonly Float64Array[],
): Evaluator {
  const forest = createForest(trees, thresholds, learningRate);
  return createByRows(featureNames.length, (rows, out) => walkForest(forest, rows, init, out));
}

/** Scales the rows of each call first, for a scaler whose thresholds cannot be folded before it is fitted. */
function createScaledEvaluator({ trees, learningRate, init, featureNames }: Model, scaling: Scaling): Evaluator {
  const thresholds = trees.map((tree) => tree.threshold);
  const forest = createForest(trees, thresholds, learningRate);
  return createByRows(featureNames.length, (rows, out) => {
    const samples = new Float32Array(rows.length);
    scaling.transform(rows, samples);
    walkForest(forest, Float64Array.from(samples), init, out);
  });
}

function createByRows(nFeatures: number, predictRows: Evaluator['predictRows']): Evaluator {
  const row = new Float64Array(nFeatures);
  const out = new Float64Array(1);
  return {
    row,
    predictRow() {
      predictRows(row, out);
      return out[0];
    },
    predictRows,
  };
}
