import { ModelFormatError, show } from './errors.js';
import * as read from './reader.js';
import type { Scaler } from './scaler.js';
import { parseTraining, type Training } from './training.js';
import { parseTrees, type Trees } from './trees.js';

/** A model that was checked as a whole: whatever takes one may trust it, as long as no one writes into its arrays. */
export interface Model {
  readonly kind: 'GradientBoostingRegressor';
  /** The scikit-learn that fitted it, such as `1.9.1`. */
  readonly sklearnVersion: string;
  /** In the order of a row. */
  readonly featureNames: readonly string[]; // [features]
  /** `'request'`: fitted anew on the rows of each call, as the service that this project replaces did. */
  readonly scaler: Scaler | 'request';
  /** What every prediction starts from. */
  readonly init: number;
  readonly learningRate: number;
  readonly trees: Trees;
  readonly golden: Golden;
  readonly training: Training | undefined;
}

/** Rows and what scikit-learn predicts for them, all in one call. */
export interface Golden {
  readonly rows: Float64Array; // row-major [n, features], n > 0
  readonly predictions: Float64Array; // [n]
}

const keys = [
  'format',
  'format_version',
  'kind',
  'sklearn_version',
  'rules',
  'feature_names',
  'scaler',
  'init',
  'learning_rate',
  'trees',
  'golden',
];

/**
 * Reads a model document, as `model-export` writes it and `JSON.parse` returns it. `model-export/README.md` is its specification.
 *
 * What it accepts can be evaluated without a hang, a crash or a prediction that is not finite. Whether the predictions are
 * scikit-learn's is another question, which {@link verify} answers.
 *
 * @throws {@link ModelFormatError} at the first fault
 */
export function parseModel(document: unknown): Model {
  expectVersion(read.fields(document, ''));
  const root = read.object(document, '', keys, ['training']);
  read.literal(root.kind, 'kind', 'GradientBoostingRegressor');
  expectRules(root.rules);
  const featureNames = parseFeatureNames(root.feature_names);
  const nFeatures = featureNames.length;
  const model: Model = {
    kind: 'GradientBoostingRegressor',
    sklearnVersion: read.text(root.sklearn_version, 'sklearn_version'),
    featureNames,
    scaler: parseScaler(root.scaler, nFeatures),
    init: read.number(root.init, 'init'),
    learningRate: read.number(root.learning_rate, 'learning_rate'),
    trees: parseTrees(root.trees, featureNames),
    golden: parseGolden(root.golden, nFeatures),
    training: root.training === undefined ? undefined : parseTraining(root.training, nFeatures),
  };
  expectFinitePredictions(model);
  return model;
}

// before the other keys, which another version may have changed
function expectVersion(root: Readonly<Record<string, unknown>>): void {
  read.literal(root.format, 'format', 'housing-model');
  read.literal(root.format_version, 'format_version', 1);
}

// how scikit-learn on x86-64 compares and sums: a later one may do otherwise, and then needs another evaluator
function expectRules(value: unknown): void {
  const { comparison, summation } = read.object(value, 'rules', ['comparison', 'summation']);
  read.literal(comparison, 'rules.comparison', 'float32(sample) <= float64(threshold)');
  read.literal(summation, 'rules.summation', 'float64 init, then + learning_rate * value, tree by tree');
}

function parseFeatureNames(value: unknown): string[] {
  const names = read.each(value, 'feature_names', read.text);
  const known = new Set<string>();
  const twin = names.findIndex((name) => known.size === known.add(name).size);
  if (twin !== -1) {
    throw new ModelFormatError(
      'out_of_range',
      `feature_names[${twin}]`,
      `expected a name not given before, got ${show(names[twin])}`,
    );
  }
  return names;
}

function parseScaler(value: unknown, nFeatures: number): Scaler | 'request' {
  // subtracting 0 and dividing by 1 change no bit, so a missing scaler is one that does just that
  const zeros = new Float64Array(nFeatures);
  const ones = new Float64Array(nFeatures).fill(1);
  if (value === null) return { mean: zeros, scale: ones };
  if (read.fields(value, 'scaler').fit === 'request') {
    read.object(value, 'scaler', ['fit']);
    return 'request';
  }
  const { fit, mean, scale } = read.object(value, 'scaler', ['fit', 'mean', 'scale']);
  read.literal(fit, 'scaler.fit', 'training');
  return {
    mean: mean === null ? zeros : Float64Array.from(read.numbers(mean, 'scaler.mean', nFeatures)),
    scale: scale === null ? ones : Float64Array.from(read.each(scale, 'scaler.scale', parseScale, nFeatures)),
  };
}

function parseScale(value: unknown, path: string): number {
  const scale = read.number(value, path);
  if (scale > 0) return scale;
  throw new ModelFormatError('out_of_range', path, `expected a number above 0, got ${show(scale)}`);
}

function parseGolden(value: unknown, nFeatures: number): Golden {
  const { rows, predictions } = read.object(value, 'golden', ['rows', 'predictions']);
  const parsed = read.each(rows, 'golden.rows', (row, path) => read.each(row, path, read.number, nFeatures));
  return {
    rows: Float64Array.from(parsed.flat()),
    predictions: Float64Array.from(read.numbers(predictions, 'golden.predictions', parsed.length)),
  };
}

function expectFinitePredictions({ init, learningRate, trees }: Model): void {
  const { firstNode, childrenLeft, value } = trees;
  let largest = Math.abs(init);
  for (let t = 0; t < trees.length; t++) {
    let most = 0;
    for (let i = firstNode[t]; i < firstNode[t + 1]; i++) {
      if (childrenLeft[i] === -1) most = Math.max(most, Math.abs(learningRate * value[i]));
    }
    largest += most;
  }
  if (Number.isFinite(largest)) return;
  throw new ModelFormatError('out_of_range', 'trees', 'expected leaves whose sum is finite, got an overflow');
}
