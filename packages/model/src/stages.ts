import { createByRows, type Evaluator } from './evaluator.js';
import { fold } from './folding.js';
import type { Model } from './format.js';
import { createMaskKernel } from './mask-kernel.js';
import { createMaskBlocks, createMaskSum, type Masks, maskWidth } from './masks.js';
import type { Scaler, Scaling } from './scaler.js';
import { walkTrees } from './walk.js';
import { createWalkKernel } from './walk-kernel.js';

/**
 * After how many trees walked thresholds are folded, 1,000 rows of 400 trees: it takes 9 ms, and as masks are not compiled yet
 * then, as long as it saves in 1,000.
 */
const TREES_BEFORE_FOLDING = 400_000;

/** After how many trees walked a kernel is made, 10,000 rows of 400 trees: it takes as long as it saves in 20,000. */
const TREES_BEFORE_KERNEL = 4_000_000;

// Up to how many bits of mask rows masks are faster than a walk, which reads none of features that it does not meet. Measured on
// random models of 10 to 3,000 trees, 4 to 32 leaves, 15 to 900 features.

/** Of a tree, in plain TypeScript: with 600 masks take 0.8 to 1 of the walk's time, with 800 0.8 to 2. */
const MOST_BITS = 700;

/** Of a tree, as kernels: with more they might be twice as fast, but features are so many that it takes 50 ms to compile. */
const MOST_KERNEL_BITS = 1600;

/**
 * Of all trees, as kernels: with 400,000 to 700,000 masks take 0.4 to 1.3 of the walk's time, with 1,200,000 1.1 to 2.4, as they
 * then come from a far cache.
 */
const MOST_KERNEL_BITS_IN_ALL = 700_000;

/** A faster evaluator, and after how many trees walked it is worth making. */
interface Stage {
  readonly nWalked: number;
  /** @returns undefined where the host does not let it */
  make(): Evaluator | undefined;
}

/** The evaluator of a model that is the fastest worth making for as many rows as were counted. */
export interface Choice {
  readonly evaluator: Evaluator;
  /** Counts rows that it predicts, or has predicted. */
  count(nRows: number): void;
}

/**
 * Chooses the evaluator of a model. All give the same bits.
 *
 * The first rows are scaled and walked as scikit-learn does it: they are done before anything faster could be ready.
 *
 * @param expectedRows how many rows count as predicted from the start
 */
export function chooseEvaluator(model: Model, scaling: Scaling, expectedRows: number): Choice {
  const stages = model.scaler === 'request' ? [] : createStages(model, model.scaler);
  let nWalked = 0; // trees
  // not an evaluator around others: a call between, and a number on the heap for what it returns, takes 40 ns
  const choice = {
    evaluator: createScaledEvaluator(model, scaling),
    count(nRows: number) {
      if (stages.length === 0) return;
      nWalked += nRows * model.trees.length;
      while (stages.length > 0 && nWalked >= stages[0].nWalked) {
        choice.evaluator = stages.shift()?.make() ?? choice.evaluator;
      }
    },
  };
  choice.count(expectedRows);
  return choice;
}

function createStages({ featureNames, init, learningRate, trees }: Model, scaler: Scaler): Stage[] {
  const nFeatures = featureNames.length;
  const width = maskWidth(trees);
  const bits = width * nFeatures;
  let folded = trees;
  let blocks: readonly Masks[] | undefined;
  const makeBlocks = () => {
    blocks ??= createMaskBlocks(folded, nFeatures, width);
    return blocks;
  };

  return [
    {
      nWalked: TREES_BEFORE_FOLDING,
      make() {
        folded = fold(trees, scaler, learningRate);
        // with fewer trees than features to find the bins of, a walk is sooner at its end
        if (bits > MOST_BITS || nFeatures > trees.length) {
          return createByRows(nFeatures, (rows, out) => walkTrees(folded, 1, init, rows, out));
        }
        return createMaskEvaluator(makeBlocks(), init, nFeatures);
      },
    },
    {
      nWalked: TREES_BEFORE_KERNEL,
      make() {
        return bits > MOST_KERNEL_BITS || bits * trees.length > MOST_KERNEL_BITS_IN_ALL
          ? createWalkKernel(folded, init, nFeatures)
          : createMaskKernel(makeBlocks(), init, nFeatures);
      },
    },
  ];
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

/** Scales the rows of each call first. */
function createScaledEvaluator({ featureNames, learningRate, init, trees }: Model, scaling: Scaling): Evaluator {
  return createByRows(featureNames.length, (rows, out) => {
    const samples = new Float32Array(rows.length);
    scaling.transform(rows, samples);
    walkTrees(trees, learningRate, init, new Float64Array(samples), out);
  });
}
