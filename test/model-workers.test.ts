import { createPredictor, InputError, parseModel } from '@housing/model';
import { type BatchOptions, createWorkerPool } from '@housing/model/workers';
import t from 'tap';
import { document, shipped, stump } from './support/documents.js';
import {
  areSame,
  expected,
  model,
  nFeatures,
  nRows,
  openPool,
  predictor,
  rejection,
  rows,
  rowsWith,
  share,
} from './support/workers.js';

t.test('gives the doubles of predictBatch, with any number of threads', async (t) => {
  for (const options of [{ workers: 1 }, { workers: 2 }, { workers: 3 }, {}]) {
    const pool = openPool(t, options);
    for (let round = 0; round < 3; round++) {
      t.ok(areSame(await pool.predictBatchAsync(rows), expected), `${options.workers} workers, rows of its own`);
      t.ok(areSame(await pool.predictBatchAsync(share(rows)), expected), `${options.workers} workers, shared rows`);
    }
  }
});

t.test('gives each call its own answers, where many are in hand', async (t) => {
  const pool = openPool(t, { workers: 2 });
  const starts = Array.from({ length: 30 }, (_, k) => k * 1300);
  const calls = starts.map((start) => pool.predictBatchAsync(rows.subarray(start * nFeatures)));
  for (const [k, predictions] of (await Promise.all(calls)).entries()) {
    t.ok(areSame(predictions, expected.subarray(starts[k])), `call ${k}`);
  }
});

t.test('copies rows before it returns, and reads those in shared memory where they are', async (t) => {
  const zeros = new Float64Array(nRows).fill(predictor.predict(new Float64Array(nFeatures)));
  for (const { given, answer } of [
    { given: rows.slice(), answer: expected },
    { given: share(rows), answer: zeros },
  ]) {
    const call = openPool(t, { workers: 1 }).predictBatchAsync(given);
    // long before the thread has started
    given.fill(0);
    t.ok(areSame(await call, answer));
  }
});

t.test('writes into out and returns it; without one it returns an array in shared memory', async (t) => {
  const pool = openPool(t, { workers: 2 });
  for (const out of [new Float64Array(nRows), share(new Float64Array(nRows))]) {
    t.equal(await pool.predictBatchAsync(rows, { out }), out);
    t.ok(areSame(out, expected));
  }
  t.ok((await pool.predictBatchAsync(rows)).buffer instanceof SharedArrayBuffer);
});

t.test('a scaler that is fitted on each request is fitted on all rows of the call', async (t) => {
  const flask = parseModel(shipped('housing-flask'));
  const pool = openPool(t, { workers: 2 }, flask);
  t.ok(areSame(await pool.predictBatchAsync(rows), createPredictor(flask).predictBatch(rows)));
});

t.test('no rows are no predictions', async (t) => {
  t.equal((await openPool(t).predictBatchAsync(new Float64Array(0))).length, 0);
});

t.test('a small call does not wait for the end of a large one', async (t) => {
  const pool = openPool(t, { workers: 1 });
  const ended: string[] = [];
  const large = pool.predictBatchAsync(rows).then(() => ended.push('large'));
  const small = pool.predictBatchAsync(rows.subarray(0, nFeatures)).then(() => ended.push('small'));
  await Promise.all([large, small]);
  t.same(ended, ['small', 'large']);
});

t.test('refuses with the error of predictBatch', async (t) => {
  const pool = openPool(t, { workers: 2 });
  const shared = share(rows);
  const cases: { name: string; given: unknown; out?: unknown }[] = [
    { name: 'null', given: null },
    { name: 'another array', given: new Float32Array(6) },
    { name: 'half a row', given: new Float64Array(9) },
    { name: 'another out', given: rows, out: new Float32Array(nRows) },
    { name: 'an out too short', given: rows, out: new Float64Array(nRows - 1) },
    { name: 'an out that overlaps the rows', given: shared, out: shared.subarray(0, nRows) },
    { name: 'NaN in the second row', given: rowsWith(7, Number.NaN) },
    { name: 'infinity in the last', given: share(rowsWith(nRows * nFeatures - 1, Number.POSITIVE_INFINITY)) },
    { name: '1e39', given: rowsWith(3 * nFeatures + 1, 1e39) },
  ];
  for (const { name, given, out } of cases) {
    const batch = given as Float64Array;
    const options = (out === undefined ? {} : { out }) as BatchOptions;
    const refusal = await rejection(pool.predictBatchAsync(batch, options));
    t.same(parts(refusal), parts(thrown(() => predictor.predictBatch(batch, options.out))), name);
  }
  t.ok(areSame(await pool.predictBatchAsync(rows), expected), 'and then answers');
});

t.test('names the first of the refused rows of all chunks, and writes nothing', async (t) => {
  const pool = openPool(t, { workers: 2 });
  const out = new Float64Array(nRows).fill(-1);
  for (let first = 1234; first < nRows; first += 3456) {
    const refused = rows.slice();
    for (let r = first; r < nRows; r += 100) refused[r * nFeatures + 2] = Number.NaN;
    const refusal = await rejection(pool.predictBatchAsync(refused, { out }));
    t.match(refusal, { code: 'out_of_range', feature: 'TAX', row: first });
    t.ok(out.every((prediction) => prediction === -1));
  }
});

t.test('names the first row also where another thread refuses a later one meanwhile', async (t) => {
  // 500,000 rows a chunk
  const pool = openPool(t, { workers: 2 }, parseModel(document({ trees: [stump(0, 0, -2, 2)] })));
  const refused = share(new Float64Array(2 * 1_000_000));
  refused.fill(Number.NaN, 2 * 500_000 - 1, 2 * 500_000 + 1);
  for (let k = 0; k < 20; k++) {
    // so that the second thread has the first chunk, and the first thread comes while it is still at it
    const before = [
      pool.predictBatchAsync(refused.subarray(0, 200_000)),
      pool.predictBatchAsync(refused.subarray(0, 2)),
    ];
    t.match(await rejection(pool.predictBatchAsync(refused)), { row: 499_999 });
    await Promise.all(before);
  }
});

t.test('refuses a number of workers that is none', async (t) => {
  for (const workers of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '2'] as number[]) {
    t.throws(() => createWorkerPool(model, { workers }), {
      name: 'WorkerPoolError',
      code: 'out_of_range',
      message: /^workers: expected a whole number of at least 1, got /,
    });
  }
});

function parts(error: unknown): unknown {
  if (!(error instanceof InputError)) throw new Error('expected a refusal', { cause: error });
  const { code, message, feature, row } = error;
  return { code, message, feature, row };
}

function thrown(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
