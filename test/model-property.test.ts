import { referenceWalk } from '@housing/bench/reference-walk.js';
import { type Predictor, parseModel } from '@housing/model';
import fc from 'fast-check';
import t from 'tap';
import { type Document, document } from './support/documents.js';
import { nextDown, nextUp } from './support/doubles.js';
import { createEachPredictor } from './support/evaluators.js';
import { grow } from './support/trees.js';

// the numbers at which rounding, signs and magnitudes change, and ordinary ones between them
const number = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    1,
    -1,
    0.1,
    0.5,
    -0.5,
    5e-324,
    -5e-324,
    2 ** -149,
    2 ** -126,
    1e-30,
    1e30,
    3.4028234663852886e38,
  ),
  fc.double({ min: -100, max: 100, noNaN: true }),
  fc.integer({ min: -20, max: 20 }).map((k) => k / 4),
  fc.float({ min: -1000, max: 1000, noNaN: true }),
);
const scale = fc.oneof(
  fc.constantFrom(1, 49, 1e-30, 1e30, 0.7062061910456109),
  fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
);
const leaf = fc.double({ min: -1e3, max: 1e3, noNaN: true });

const model = fc.integer({ min: 1, max: 9 }).chain((nFeatures) => {
  const split = fc.record({
    leaf: fc.nat(40),
    feature: fc.nat(nFeatures - 1),
    threshold: number,
    left: leaf,
    right: leaf,
  });
  // up to 8, 16 and 32 leaves and beyond: each is evaluated in another way
  const splits = fc.constantFrom(7, 15, 31, 40).chain((n) => fc.array(split, { maxLength: n, size: 'max' }));
  const tree = fc.tuple(leaf, splits).map(([value, splits]) => grow(value, splits));
  return fc.record({
    nFeatures: fc.constant(nFeatures),
    scaler: fc.option(
      fc.record({
        fit: fc.constant('training'),
        mean: fc.option(fc.array(number, { minLength: nFeatures, maxLength: nFeatures })),
        scale: fc.option(fc.array(scale, { minLength: nFeatures, maxLength: nFeatures })),
      }),
    ),
    init: leaf,
    learning_rate: fc.constantFrom(0.1, 1, 0.003),
    trees: fc.oneof(
      { weight: 9, arbitrary: fc.array(tree, { minLength: 1, maxLength: 10 }) },
      { weight: 1, arbitrary: fc.array(tree, { minLength: 32, maxLength: 40 }) },
    ),
  });
});
const picks = fc.array(fc.nat(1e6), { minLength: 1, maxLength: 40 });

type Drawn = { nFeatures: number; trees: readonly Document[] } & Document;

function parse({ nFeatures, ...changes }: Drawn) {
  const feature_names = Array.from({ length: nFeatures }, (_, f) => `f${f}`);
  const golden = { rows: [feature_names.map(() => 0)], predictions: [0] };
  const { training, ...rest } = document({ ...changes, feature_names, golden });
  return parseModel(rest);
}

/** Rows around the values at which the model's trees part, and the ends of what it accepts. */
function draw(
  { trees, scaler }: ReturnType<typeof parse>,
  { accepted }: Predictor,
  picks: readonly number[],
): Float64Array {
  if (scaler === 'request') throw new Error('expected a scaler fitted in training');
  const candidates = accepted.map(({ lowest, highest }, f) => {
    const edges = [...trees.threshold].filter((_, i) => trees.feature[i] === f);
    const raw = edges.map((threshold) => threshold * scaler.scale[f] + scaler.mean[f]);
    const near = raw.flatMap((x) => [
      x,
      nextUp(x),
      nextDown(x),
      nextUp(nextUp(x)),
      x * (1 + 2 ** -25),
      x * (1 - 2 ** -25),
    ]);
    return [lowest, highest, 0, -0, 5e-324, 1, ...near].map((x) => Math.min(highest, Math.max(lowest, x)));
  });
  return Float64Array.from(
    picks.flatMap((pick) => candidates.map((values, f) => values[(pick + f * 7919) % values.length])),
  );
}

t.test('10,000 models drawn with their rows: every evaluator adds up what the reference walk does', async (t) => {
  fc.assert(
    fc.property(model, picks, (drawn, picks) => {
      const model = parse(drawn);
      const nFeatures = model.featureNames.length;
      const predictors = createEachPredictor(model);
      const rows = draw(model, predictors[0].predictor, picks);
      const each = (predict: (row: Float64Array) => number) =>
        Float64Array.from(picks, (_, r) => predict(rows.subarray(r * nFeatures, (r + 1) * nFeatures)));
      const expected = each((row) => referenceWalk(model, row));
      for (const { evaluator, predictor } of predictors) {
        expectSame(evaluator, predictor.predictBatch(rows), expected);
        expectSame(evaluator, each(predictor.predict), expected);
      }
    }),
    { numRuns: 10_000, seed: 5 },
  );
  t.pass();
});

function expectSame(evaluator: string, got: Float64Array, expected: Float64Array): void {
  const r = expected.findIndex((x, i) => !Object.is(x, got[i]));
  if (r !== -1) throw new Error(`row ${r} by ${evaluator}: expected ${expected[r]}, got ${got[r]}`);
}
