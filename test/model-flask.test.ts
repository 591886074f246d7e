import { readFileSync } from 'node:fs';
import { createPredictor, parseModel } from '@housing/model';
import t from 'tap';
import { document, shipped } from './support/documents.js';

type Exchange = { request: Record<string, Record<string, number>>; response: { prediction: number[] } };

const flask = createPredictor(parseModel(shipped('housing-flask')));
const exchanges: Exchange[] = readFileSync(new URL('../fixtures/flask-original.ndjson', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));

/** The rows of a request in the order of the original: sorted by label, which JavaScript's key order is not. */
function rowsOf(request: Exchange['request']): Float64Array {
  const labels = Object.keys(request.CHAS).sort();
  return Float64Array.from(labels.flatMap((label) => flask.featureNames.map((name) => request[name][label])));
}

t.equal(exchanges.length, 64);

for (const [k, { request, response }] of exchanges.entries()) {
  t.test(`exchange ${k} of ${response.prediction.length} rows is reproduced digit for digit`, async (t) => {
    t.strictSame([...flask.predictBatch(rowsOf(request))], response.prediction);
  });
}

t.test('every row alone has the same price', async (t) => {
  t.equal(flask.predict([0, 6.575, 296, 15.3, 396.9, 4.98]), 20.35373177134412);
  t.equal(
    flask.predictNamed({ CHAS: 1, RM: 6.421, TAX: 242, PTRATIO: 17.8, B: 396.9, LSTAT: 9.14 }),
    20.35373177134412,
  );
});

t.test('no rows have no prices', async (t) => {
  t.same(flask.predictBatch(new Float64Array(0)), []);
});

t.test('refuses rows that cannot be scaled together, before anything is written', async (t) => {
  const [least, most] = [-Number.MAX_VALUE, Number.MAX_VALUE];
  const rows = Float64Array.of(0, 6, 296, 15, most, 5, 0, 6, 296, 15, most, 5);
  const out = Float64Array.of(-1, -1);
  t.throws(() => flask.predictBatch(rows, out), {
    code: 'out_of_range',
    row: 0,
    feature: 'B',
    message: `rows[0].B: expected a number that can be scaled by this call's rows, got ${most}`,
  });
  t.same(out, [-1, -1]);
  t.throws(() => flask.predict([0, 6, 296, 15, Number.NaN, 5]), {
    message: `B: expected a number from ${least} to ${most}, got NaN`,
  });
});

t.test('transform scales by the rows of the call', async (t) => {
  const { transform } = createPredictor(parseModel(document({ scaler: { fit: 'request' } })));
  t.same(transform(Float64Array.of(1, 5, 3, 5)), Float32Array.of(-1, 0, 1, 0));
});
