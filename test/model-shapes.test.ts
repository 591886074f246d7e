import { readFileSync } from 'node:fs';
import { seededRandom } from '@housing/bench/random.js';
import { createRandomModel, drawRows as drawFromBox, type Shape } from '@housing/bench/random-model.js';
import { referenceWalk } from '@housing/bench/reference-walk.js';
import { createPredictor, type Model, type Predictor, parseModel, type Trees } from '@housing/model';
import t from 'tap';
import { document } from './support/documents.js';
import { nextDown, nextUp } from './support/doubles.js';
import { createEachPredictor } from './support/evaluators.js';
import { grow } from './support/trees.js';

const shapes: Shape[] = JSON.parse(readFileSync(new URL('../../bench/shapes.json', import.meta.url), 'utf8'));

// more thresholds of a feature than a kernel has numbers for its bins
const crowded = { trees: 1100, leaves: 64, features: 1 };

// more trees, as all split alike, than 16 bits tell where their leaves are
const alike = { trees: 1, times: 1100, leaves: 8, features: 2 };

for (const shape of [...shapes, crowded, alike]) {
  const { times } = { times: 1, ...shape };
  t.test(
    `${shape.trees * times} trees of ${shape.leaves} leaves, ${shape.features} features: all evaluators agree`,
    async (t) => {
      const drawn = createRandomModel(shape, 11);
      const model = times === 1 ? drawn : { ...drawn, trees: repeat(drawn.trees, times) };
      const predictors = createEachPredictor(model);
      const rows = drawRows(model, predictors[0].predictor);
      const row = (r: number) => rows.subarray(r * shape.features, (r + 1) * shape.features);
      const expected = Float64Array.from({ length: rows.length / shape.features }, (_, r) =>
        referenceWalk(model, row(r)),
      );
      for (const { evaluator, predictor } of predictors) {
        t.equal(firstOther(expected, predictor.predictBatch(rows)), undefined, `predictBatch by ${evaluator}`);
        const each = expected.map((_, r) => predictor.predict(row(r)));
        t.equal(firstOther(expected, each), undefined, `predict by ${evaluator}`);
      }
    },
  );
}

// six rows at a time are summed, 120 or 512 handed over, and 64 walked
const lengths = [...Array.from({ length: 140 }, (_, n) => n), 239, 240, 241, 511, 512, 513];

for (const leaves of [8, 16, 32, 33]) {
  t.test(`batches of any length by trees of ${leaves} leaves: all evaluators agree`, async (t) => {
    const model = createRandomModel({ trees: 20, leaves, features: 3 }, 17);
    const rows = drawFromBox(model, 513, 19);
    const expected = Float64Array.from({ length: 513 }, (_, r) =>
      referenceWalk(model, rows.subarray(3 * r, 3 * r + 3)),
    );
    for (const { evaluator, predictor } of createEachPredictor(model)) {
      for (const n of lengths) {
        const got = predictor.predictBatch(rows.subarray(0, 3 * n));
        const other = firstOther(expected.subarray(0, n), got);
        if (other !== undefined) t.fail(`${n} rows by ${evaluator}: ${other}`);
      }
    }
    t.pass();
  });
}

t.test('masks are not read past the end of the memory, wherever it is', async (t) => {
  // with the features, the rows handed over take from 1 to 140 KB, so that the rest ends in very many places of a page of 64 KB
  for (const edges of [21, 65, 77, 105]) {
    const splits = Array.from({ length: edges }, (_, k) => ({
      leaf: k % 7,
      feature: 0,
      threshold: k,
      left: -1,
      right: 1,
    }));
    const trees = Array.from({ length: Math.ceil(edges / 7) }, (_, t) => grow(0, splits.slice(7 * t, 7 * t + 7)));
    for (let features = 1; features <= 150; features++) {
      const feature_names = Array.from({ length: features }, (_, f) => `f${f}`);
      const golden = { rows: [feature_names.map(() => 0)], predictions: [0] };
      const { training, ...rest } = document({ feature_names, scaler: null, trees, golden });
      const { predictBatch } = createPredictor(parseModel(rest), { expectedRows: Number.POSITIVE_INFINITY });
      const got = predictBatch(new Float64Array(6 * features).fill(edges));
      const other = firstOther(new Float64Array(6).fill(10 + 0.5 * trees.length), got);
      if (other !== undefined) t.fail(`${edges} thresholds, ${features} features: ${other}`);
    }
  }
  t.pass();
});

/** One tree, so many times. */
function repeat({ childrenLeft, childrenRight, feature, threshold, value, ...tree }: Trees, times: number): Trees {
  const nNodes = value.length;
  const length = nNodes * times;
  const moved = (children: Int32Array) =>
    Int32Array.from({ length }, (_, i) => {
      const child = children[i % nNodes];
      return child === -1 ? -1 : child + i - (i % nNodes);
    });
  return {
    length: times,
    firstNode: Int32Array.from({ length: times + 1 }, (_, t) => t * nNodes),
    childrenLeft: moved(childrenLeft),
    childrenRight: moved(childrenRight),
    feature: Int32Array.from({ length }, (_, i) => feature[i % nNodes]),
    threshold: Float64Array.from({ length }, (_, i) => threshold[i % nNodes]),
    value: Float64Array.from({ length }, (_, i) => value[i % nNodes]),
    weightedNNodeSamples: Float64Array.from({ length }, (_, i) => tree.weightedNNodeSamples[i % nNodes]),
  };
}

function firstOther(expected: Float64Array, got: Float64Array): string | undefined {
  const r = expected.findIndex((prediction, r) => !Object.is(prediction, got[r]));
  return r === -1 ? undefined : `rows[${r}]: expected ${expected[r]}, got ${got[r]}`;
}

/**
 * Rows of raw values at thresholds, with their neighbours, and at the ends of what is accepted: all thresholds where the model is
 * small enough for the reference walk, some of them where it is not.
 */
function drawRows({ trees, scaler, featureNames }: Model, { accepted }: Predictor): Float64Array {
  if (scaler === 'request') throw new Error('expected a scaler fitted in training');
  const random = seededRandom(13);
  const edges = featureNames.map((): number[] => []);
  const { feature, threshold } = trees;
  for (let i = 0; i < feature.length; i++) if (feature[i] >= 0) edges[feature[i]].push(threshold[i]);
  /** The k-th of the values of a feature: four, then three at each threshold. */
  const value = (f: number, k: number) => {
    if (k < 4) return [accepted[f].lowest, accepted[f].highest, 0, -0][k];
    const last = lastLeft(edges[f][Math.floor((k - 4) / 3)], scaler.mean[f], scaler.scale[f]);
    return [nextDown(last), last, nextUp(last)][(k - 4) % 3];
  };

  const nValues = edges.map(({ length }) => 4 + 3 * length);
  const most = Math.max(...nValues);
  const n = Math.min(most, Math.ceil(4e6 / (trees.length * Math.log2(trees.firstNode[1]))));
  return Float64Array.from({ length: n * featureNames.length }, (_, k) => {
    const f = k % featureNames.length;
    const r = Math.floor(k / featureNames.length);
    return value(f, n === most ? (r + f) % nValues[f] : Math.floor(random() * nValues[f]));
  });
}

/** The last raw value that goes left, found double by double from where the scaler's inverse leads. */
function lastLeft(threshold: number, mean: number, scale: number): number {
  const goesLeft = (x: number) => Math.fround((x - mean) / scale) <= threshold;
  // half of a float32's last place, beyond which the next float32 is nearer
  let x = (threshold + Math.abs(threshold) * 2 ** -25) * scale + mean;
  const step = Math.max(Math.abs(x), Math.abs(mean)) * 2 ** -30;
  while (goesLeft(x)) x += step;
  let low = x - step;
  while (!goesLeft(low)) low -= step;
  while (nextUp(low) < x) {
    const middle = (low + x) / 2;
    if (goesLeft(middle)) low = middle;
    else x = middle;
  }
  return low;
}
