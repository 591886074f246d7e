import type { Model, Trees } from '@housing/model';
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
    trees: growTrees(shape, random),
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

function growTrees(shape: Shape, random: () => number): Trees {
  const nNodes = shape.trees * (2 * shape.leaves - 1);
  const trees = {
    length: shape.trees,
    firstNode: Int32Array.from({ length: shape.trees + 1 }, (_, t) => t * (2 * shape.leaves - 1)),
    childrenLeft: new Int32Array(nNodes).fill(-1),
    childrenRight: new Int32Array(nNodes).fill(-1),
    feature: new Int32Array(nNodes).fill(-2),
    threshold: new Float64Array(nNodes).fill(-2),
    value: new Float64Array(nNodes),
    weightedNNodeSamples: new Float64Array(nNodes).fill(1),
  };
  for (let t = 0; t < shape.trees; t++) growTree(trees, t, shape, random);
  return trees;
}

function growTree(trees: Trees, t: number, { features }: Shape, random: () => number): void {
  const { firstNode, childrenLeft, childrenRight, feature, threshold, value } = trees;
  const low = new Float64Array(features).fill(-1);
  const high = new Float64Array(features).fill(1);
  const open: OpenLeaf[] = [{ node: firstNode[t], low, high, share: 1, gain: 1 }];
  for (let child = firstNode[t] + 1; child < firstNode[t + 1]; child += 2) {
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
  for (let i = firstNode[t]; i < firstNode[t + 1]; i++) value[i] = 2 * random() - 1;
}

/** The place of the most promising leaf among eight: looking at all of hundreds would take most of the time. */
function best(open: readonly OpenLeaf[], random: () => number): number {
  const places = Array.from({ length: 8 }, () => Math.floor(random() * open.length));
  return places.reduce((a, b) => (open[b].gain > open[a].gain ? b : a));
}
