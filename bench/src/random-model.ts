import type { Model, Tree } from '@housing/model';
import { seededRandom } from './random.js';

/** How large a model is. */
export interface Shape {
  readonly trees: number;
  readonly leaves: number;
  readonly features: number;
}

/** Makes a model of a shape, its trees grown best-first as `max_leaf_nodes` has it, and so unbalanced. */
export function createRandomModel(shape: Shape, seed: number): Model {
  const random = seededRandom(seed);
  const featureNames = Array.from({ length: shape.features }, (_, f) => `f${f}`);
  return {
    kind: 'GradientBoostingRegressor',
    sklearnVersion: '1.9.1',
    featureNames,
    scaler: {
      mean: Float64Array.from(featureNames, () => 10 * random()),
      scale: Float64Array.from(featureNames, () => 0.1 + random()),
    },
    init: random(),
    learningRate: 0.1,
    trees: Array.from({ length: shape.trees }, () => growTree(shape, random)),
    golden: { rows: new Float64Array(0), predictions: new Float64Array(0) },
    training: undefined,
  };
}

/** Draws raw rows from the box in which the trees split, row-major [n, features]. */
export function drawRows({ scaler, featureNames }: Model, n: number, seed: number): Float64Array {
  if (scaler === 'request') throw new Error('expected a scaler fitted in training');
  const random = seededRandom(seed);
  const { mean, scale } = scaler;
  const nFeatures = featureNames.length;
  return Float64Array.from({ length: n * nFeatures }, (_, k) => {
    const f = k % nFeatures;
    return mean[f] + scale[f] * (2 * random() - 1);
  });
}

/** A leaf that may still be split, and the samples that reach it. */
interface OpenLeaf {
  readonly node: number;
  readonly low: Float64Array; // [features]
  readonly high: Float64Array; // [features]
  readonly share: number; // of all samples
  readonly gain: number; // how promising its split looks
}

function growTree({ leaves, features }: Shape, random: () => number): Tree {
  const nNodes = 2 * leaves - 1;
  const childrenLeft = new Int32Array(nNodes).fill(-1);
  const childrenRight = new Int32Array(nNodes).fill(-1);
  const feature = new Int32Array(nNodes).fill(-2);
  const threshold = new Float64Array(nNodes).fill(-2);
  const low = new Float64Array(features).fill(-1);
  const high = new Float64Array(features).fill(1);
  const open: OpenLeaf[] = [{ node: 0, low, high, share: 1, gain: 1 }];
  for (let child = 1; child < nNodes; child += 2) {
    const k = best(open, random);
    const { node, low, high, share } = open[k];
    const f = Math.floor(random() * features);
    const part = random();
    childrenLeft[node] = child;
    childrenRight[node] = child + 1;
    feature[node] = f;
    threshold[node] = low[f] + part * (high[f] - low[f]);
    const left = { node: child, low, high: high.with(f, threshold[node]), share: share * part };
    const right = { node: child + 1, low: low.with(f, threshold[node]), high, share: share * (1 - part) };
    open.splice(k, 1, { ...left, gain: left.share * random() }, { ...right, gain: right.share * random() });
  }
  const value = Float64Array.from(childrenLeft, () => 2 * random() - 1);
  return { childrenLeft, childrenRight, feature, threshold, value, weightedNNodeSamples: value.map(() => 1) };
}

/** The place of the most promising leaf among eight: looking at all of hundreds would take most of the time. */
function best(open: readonly OpenLeaf[], random: () => number): number {
  const places = Array.from({ length: 8 }, () => Math.floor(random() * open.length));
  return places.reduce((a, b) => (open[b].gain > open[a].gain ? b : a));
}
