import { createByRows, type Evaluator } from './evaluator.js';
import { foldScaler } from './folding.js';
import type { Model } from './format.js';
import { createMaskKernel } from './mask-kernel.js';
import { createMaskBlocks, createMaskSum, type Masks, maskWidth } from './masks.js';
import type { Scaler, Scaling } from './scaler.js';
import type { Trees } from './trees.js';
import { walkTrees } from './walk.js';
import { createWalkKernel } from './walk-kernel.js';

/**
 * After how many trees walked thresholds are folded, 1,000 rows of 400 trees: it takes 9 ms, and as masks are not compiled yet
 * then, as long as it saves in 1,000.
 */
const TREES_BEFORE_FOLDING = 400_000;

/** After how many trees walked a kernel is made, 10,000 rows of 400 trees: it takes as long as it saves in 20,000. */
const TREES_BEFORE_KERNEL = 4_000_000;

/**
 * Up to how many bits of mask rows a tree masks are faster than a walk, which reads none of features that it does not meet.
 *
 * Measured on random models of 10 to 2,000 trees, 2 to 32 leaves, 1 to 200 features. With 800 bits (100 features, 8 leaves) masks
 * and walk take the same time. As kernels, masks take two thirds of the walk's with 1,120 (140 features, 8 leaves), and 1.6 times
 * with 1,600 and 2,000 trees, where they come from a far cache.
 */
const MOST_BITS = { plain: 800, kernel: 1200 };

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
  // leaves as they are added: scikit-learn multiplies for each row, with the same product
  const trees = { ...model.trees, value: model.trees.value.map((value) => model.learningRate * value) };
  const stages = model.scaler === 'request' ? [] : [...createStages(model, trees, model.scaler)];
  let nWalked = 0; // trees
  // not an evaluator around others: a call between, and a number on the heap for what it returns, takes 40 ns
  const choice = {
    evaluator: createScaledEvaluator(model, trees, scaling),
    count(nRows: number) {
      if (stages.length === 0) return;
      nWalked += nRows * trees.length;
      while (stages.length > 0 && nWalked >= stages[0].nWalked) {
        choice.evaluator = stages.shift()?.make() ?? choice.evaluator;
      }
    },
  };
  choice.count(expectedRows);
  return choice;
}

function createStages(model: Model, trees: Trees, scaler: Scaler): readonly [Stage, Stage] {
  const { featureNames, init } = model;
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
        folded = foldScaler(trees, scaler);
        // with fewer trees than features to find the bins of, a walk is sooner at its end
        if (bits > MOST_BITS.plain || nFeatures > trees.length) {
          return createByRows(nFeatures, (rows, out) => walkTrees(folded, init, rows, out));
        }
        return createMaskEvaluator(makeBlocks(), init, nFeatures);
      },
    },
    {
      nWalked: TREES_BEFORE_KERNEL,
      make() {
        if (bits > MOST_BITS.kernel) return createWalkKernel(folded, init, nFeatures);
        return createMaskKernel(makeBlocks(), init, nFeatures);
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
function createScaledEvaluator(model: Model, trees: Trees, scaling: Scaling): Evaluator {
  return createByRows(model.featureNames.length, (rows, out) => {
    const samples = new Float32Array(rows.length);
    scaling.transform(rows, samples);
    walkTrees(trees, model.init, new Float64Array(samples), out);
  });
}
