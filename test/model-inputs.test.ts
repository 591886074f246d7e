import { runInNewContext } from 'node:vm';
import { createPredictor, InputError, parseModel } from '@housing/model';
import t from 'tap';
import { document } from './support/documents.js';
import { nextDown, nextUp } from './support/doubles.js';

// what a caller without types may pass
type Untyped = (...values: unknown[]) => unknown;

const predictor = createPredictor(parseModel(document()));
const predict: Untyped = predictor.predict as Untyped;
const predictNamed: Untyped = predictor.predictNamed as Untyped;
const predictBatch: Untyped = predictor.predictBatch as Untyped;
const { lowest, highest } = predictor.accepted[1];
const interval = `from ${lowest} to ${highest}`;

t.test('a row, a record and a batch of the same values give the same prediction', async (t) => {
  t.equal(predictor.predict([1, 2]), 7);
  t.equal(predictor.predict(Float32Array.of(1, 2)), 7);
  t.equal(predictor.predictNamed({ a: 1, b: 2 }), 7);
  t.equal(predictor.predictNamed({ b: 2, a: 1 }), 7, 'in any order');
  t.same(predictor.predictBatch(Float64Array.of(1, 2, 3, 8)), Float64Array.of(7, 13));
});

t.test('what a predictor says of its features cannot be changed', async (t) => {
  const { featureNames, accepted } = createPredictor(parseModel(document()));
  t.throws(() => Object.assign(featureNames, ['x']), TypeError);
  t.throws(() => Object.assign(accepted, [interval]), TypeError);
  for (const one of accepted) t.throws(() => Object.assign(one, { lowest: 0 }), TypeError);
});

const wrongValues: [unknown, string, string][] = [
  [null, 'wrong_type', 'null'],
  [undefined, 'wrong_type', 'undefined'],
  ['2', 'wrong_type', '"2"'],
  [true, 'wrong_type', 'true'],
  [[2], 'wrong_type', 'an array of 1'],
  [{}, 'wrong_type', 'an object'],
  [2n, 'wrong_type', '2'],
  [Number.NaN, 'out_of_range', 'NaN'],
  [Number.POSITIVE_INFINITY, 'out_of_range', 'Infinity'],
  [Number.NEGATIVE_INFINITY, 'out_of_range', '-Infinity'],
  [nextUp(highest), 'out_of_range', String(nextUp(highest))],
  [nextDown(lowest), 'out_of_range', String(nextDown(lowest))],
];

for (const [value, code, shown] of wrongValues) {
  t.test(`refuses ${shown} (${typeof value}) by the name of the feature`, async (t) => {
    const error = { name: 'InputError', code, feature: 'b', message: `b: expected a number ${interval}, got ${shown}` };
    t.throws(() => predict([1, value]), error);
    t.throws(() => predictNamed({ a: 1, b: value }), error);
    t.throws(() => predict([1, value]), InputError);
  });
}

t.test('accepts both ends of the interval that the error states', async (t) => {
  t.type(predict([1, lowest]), 'number');
  t.type(predict([1, highest]), 'number');
});

t.test('accepts a batch of values at both ends, whose magnitudes add up to more than any value may have', async (t) => {
  const ends = [1, highest, 1, lowest, 1, 2];
  const each = [0, 2, 4].map((k) => predict(ends.slice(k, k + 2)));
  t.same(predictor.predictBatch(Float64Array.from(ends)), each);
  t.throws(() => predictor.predictBatch(Float64Array.of(...ends, Number.NaN, 1)), {
    code: 'out_of_range',
    row: 3,
    feature: 'a',
  });
});

t.test('refuses a batch of an odd number of values, wherever the wrong one stands', async (t) => {
  const feature_names = ['a', 'b', 'c'];
  const { training, ...rest } = document({
    feature_names,
    scaler: null,
    golden: { rows: [[1, 2, 3]], predictions: [13] },
  });
  const { predictBatch } = createPredictor(parseModel(rest));
  for (const [f, feature] of feature_names.entries()) {
    const row = Float64Array.of(1, 2, 3);
    t.same(predictBatch(row), [13]);
    row[f] = Number.NaN;
    t.throws(() => predictBatch(row), { code: 'out_of_range', row: 0, feature });
  }
});

t.test('refuses a batch by row and feature, before anything is written', async (t) => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, nextUp(highest), nextDown(lowest)]) {
    const out = Float64Array.of(-1, -1);
    t.throws(() => predictor.predictBatch(Float64Array.of(1, 2, 3, value), out), {
      code: 'out_of_range',
      row: 1,
      feature: 'b',
      message: `rows[1].b: expected a number ${interval}, got ${value}`,
    });
    t.same(out, [-1, -1]);
  }
});

t.test('refuses what is no row of this model', async (t) => {
  const expected = 'row: expected 2 numbers (a, b), got';
  t.throws(() => predict([1]), { code: 'wrong_length', message: `${expected} 1` });
  t.throws(() => predict([1, 2, 3]), { code: 'wrong_length', message: `${expected} 3` });
  t.throws(() => predict(null), { code: 'wrong_length', message: `${expected} null` });
  t.throws(() => predict(), { code: 'wrong_length', message: `${expected} undefined` });
  t.throws(() => predict(7), { code: 'wrong_length', message: `${expected} 7` });
  t.throws(() => predict({ a: 1, b: 2 }), { code: 'wrong_length', message: `${expected} an object` });
  t.throws(() => predict('12'), { code: 'wrong_type', feature: 'a' });
});

t.test('names the first few of many features', async (t) => {
  const feature_names = Array.from({ length: 9 }, (_, f) => `f${f}`);
  const row = feature_names.map(() => 3);
  const { training, ...rest } = document({ feature_names, scaler: null, golden: { rows: [row], predictions: [13] } });
  const { predict, predictNamed } = createPredictor(parseModel(rest));
  const names = 'f0, f1, f2, f3, f4, f5, f6, f7, …';
  t.throws(() => predict([1]), { message: `row: expected 9 numbers (${names}), got 1` });
  t.throws(() => predictNamed({ x: 1 }), { message: `x: expected one of ${names}, got an unknown feature` });
});

t.test('refuses a record with a feature too few or too many', async (t) => {
  t.throws(() => predictNamed({ a: 1 }), {
    code: 'missing_feature',
    feature: 'b',
    message: 'b: expected a number, got nothing',
  });
  t.throws(() => predictNamed({ a: 1, b: 2, c: 3 }), {
    code: 'unknown_feature',
    feature: 'c',
    message: 'c: expected one of a, b, got an unknown feature',
  });
  t.throws(() => predictNamed(null), { code: 'wrong_type', message: 'row: expected an object with a, b, got null' });
  t.throws(() => predictNamed('ab'), { code: 'wrong_type', message: 'row: expected an object with a, b, got "ab"' });
});

t.test('a feature inherited from a prototype is missing', async (t) => {
  t.throws(() => predictNamed(Object.create({ a: 1, b: 2 })), { code: 'missing_feature', feature: 'a' });
  t.throws(() => predictNamed(JSON.parse('{"a":1,"b":2,"__proto__":3}')), {
    code: 'unknown_feature',
    feature: '__proto__',
  });
});

t.test('a feature may have any name, even one that objects inherit', async (t) => {
  const { predictNamed } = createPredictor(parseModel(document({ feature_names: ['__proto__', 'constructor'] })));
  t.equal(predictNamed(JSON.parse('{"__proto__":1,"constructor":2}')), 7);
  t.throws(() => predictNamed({}), { code: 'missing_feature', feature: '__proto__' });
});

t.test('a batch may be empty, and is written where the caller says', async (t) => {
  t.same(predictor.predictBatch(new Float64Array(0)), new Float64Array(0));
  const out = new Float64Array(2);
  t.equal(predictor.predictBatch(Float64Array.of(1, 2, 3, 8), out), out);
  t.same(out, [7, 13]);
});

t.test('the rows of a batch are never changed', async (t) => {
  const rows = Float64Array.of(1, 2, 3, 8);
  predictor.predictBatch(rows);
  predictor.transform(rows);
  t.same(rows, [1, 2, 3, 8]);
});

t.test('refuses a batch or an out that does not fit', async (t) => {
  const rows = Float64Array.of(1, 2, 3, 8);
  const message = (text: string) => ({ message: text });
  t.throws(() => predictBatch(rows.subarray(1)), message('row: expected a multiple of 2 numbers, got 3'));
  t.throws(() => predictBatch([1, 2]), message('row: expected rows as a Float64Array, got an array of 2'));
  t.throws(
    () => predictBatch(Float32Array.of(1, 2)),
    message('row: expected rows as a Float64Array, got Float32Array'),
  );
  t.throws(() => predictBatch(rows, new Float64Array(3)), message('row: expected an out of 2 numbers, got 3'));
  t.throws(() => predictBatch(rows, [0, 0]), message('row: expected out as a Float64Array, got an array of 2'));
  t.throws(
    () => predictBatch(rows, rows.subarray(1, 3)),
    message('row: expected an out apart from the rows, got one that overlaps them'),
  );
  const shared = new Float64Array(6).fill(1);
  t.same(predictBatch(shared.subarray(0, 4), shared.subarray(4)), [7, 7], 'one buffer without overlap is fine');
  t.same(predictBatch(shared.subarray(2), shared.subarray(0, 2)), [7, 13]);
});

t.test('takes arrays of another realm', async (t) => {
  t.same(predictBatch(runInNewContext('Float64Array.of(1, 2)')), [7]);
  t.equal(predict(runInNewContext('[1, 2]')), 7);
});

t.test('transform divides by the scale, where a multiplication would round otherwise', async (t) => {
  const scaler = { fit: 'training', mean: null, scale: [49, 1] };
  const { transform } = createPredictor(parseModel(document({ scaler })));
  // halfway between two float32 numbers: the product with 1 / 49 lies below
  t.same(transform(Float64Array.of(49 * (2 - 2 ** -24), 0)), Float32Array.of(2, 0));
});

t.test('transform gives what the trees compare', async (t) => {
  t.same(predictor.transform(Float64Array.of(1, 2, 3.2, 8)), Float32Array.of(0, 0, 1.1, 1.5));
  t.throws(() => predictor.transform(Float64Array.of(1, Number.NaN)), { code: 'out_of_range', row: 0, feature: 'b' });
});

t.test('names any value in an error, shortened', async (t) => {
  t.throws(() => predict([1, 'x'.repeat(99)]), {
    message: `b: expected a number ${interval}, got "${'x'.repeat(40)}…"`,
  });
  t.throws(() => predict([1, Symbol('s')]), { message: `b: expected a number ${interval}, got Symbol(s)` });
  t.throws(() => predict([1, () => 1]), { message: `b: expected a number ${interval}, got a function` });
});

t.test('a row that predicts while it is read is predicted by its own values', async (t) => {
  for (const expectedRows of [0, Number.POSITIVE_INFINITY]) {
    const { predict, predictNamed } = createPredictor(parseModel(document()), { expectedRows });
    const row = [3, 8];
    const inner: number[] = [];
    Object.defineProperty(row, 1, {
      get() {
        inner.push(predict([1, 2]));
        return 8;
      },
    });
    t.equal(predict(row), 13);
    t.equal(predictNamed({ a: 3, get b() { return predict(row) - 5; } }), 13); // biome-ignore format: a getter a record
    t.ok(inner.length > 0 && inner.every((prediction) => prediction === 7));
  }
});

t.test('a row that predicts a batch while it is read is predicted by its own values', async (t) => {
  // the batch takes the place of the row in a kernel, and with 400,000 trees makes another evaluator of a walk
  for (const expectedRows of [0, Number.POSITIVE_INFINITY]) {
    for (const times of [1, 200_000]) {
      const { predict, predictBatch, predictNamed } = createPredictor(parseModel(document()), { expectedRows });
      const batch = new Float64Array(2 * times).fill(1);
      const record = { a: 3, get b() { predictBatch(batch); return 8; } }; // biome-ignore format: a getter a record
      t.equal(predictNamed(record), 13);
      t.equal(predict({ length: 2, 0: 3, get 1() { return record.b; } }), 13); // biome-ignore format: the same
    }
  }
});

t.test('a model may have very many features', async (t) => {
  const feature_names = Array.from({ length: 200_000 }, (_, f) => `f${f}`);
  const row = feature_names.map(() => 3);
  const { training, ...rest } = document({ feature_names, scaler: null, golden: { rows: [row], predictions: [13] } });
  const { predict, predictNamed } = createPredictor(parseModel(rest));
  t.equal(predict(row), 13);
  t.equal(predictNamed(Object.fromEntries(feature_names.map((name) => [name, 3]))), 13);
});

t.test('the number of rows to expect is a number from 0', async (t) => {
  const model = parseModel(document());
  for (const expectedRows of [-1, Number.NaN, '5' as unknown as number]) {
    t.throws(() => createPredictor(model, { expectedRows }), {
      name: 'InputError',
      code: 'wrong_type',
      message: /^expectedRows: expected a number from 0, got /,
    });
  }
});
