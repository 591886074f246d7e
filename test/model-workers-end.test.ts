import { spawnSync } from 'node:child_process';
import { EventEmitter, getEventListeners, once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { createWorkerPool } from '@housing/model/workers';
import t from 'tap';
import { areSame, expected, model, nFeatures, openPool, rejection, rows, rowsWith, share } from './support/workers.js';

/** The threads that were started, by whatever pool. */
const threads: Worker[] = [];
process.on('worker', (worker) => {
  // node's own, for the hooks of the test runner, is of another class
  if (worker.constructor === Worker) threads.push(worker);
});
t.beforeEach(() => threads.splice(0));

const oneRow = rows.subarray(0, nFeatures);
const manyRows = share(new Float64Array(1_000_000 * nFeatures));

t.test('starts as many threads as a call has use for', async (t) => {
  const pool = openPool(t, { workers: 2 });
  await pool.predictBatchAsync(new Float64Array(0));
  t.equal(threads.length, 0);
  await pool.predictBatchAsync(oneRow);
  await pool.predictBatchAsync(oneRow);
  t.equal(threads.length, 1);
  await pool.predictBatchAsync(rows);
  t.equal(threads.length, 2);
});

t.test('a signal that is aborted already rejects with its reason, and starts no thread', async (t) => {
  const pool = openPool(t);
  const reason = new Error('too late');
  t.equal(await rejection(pool.predictBatchAsync(rows, { signal: AbortSignal.abort(reason) })), reason);
  t.match(await rejection(pool.predictBatchAsync(rows, { signal: AbortSignal.abort() })), { name: 'AbortError' });
  t.equal(threads.length, 0);
});

t.test('an abort rejects at once, drops the chunks that are left, and writes nothing', async (t) => {
  const pool = openPool(t, { workers: 1 });
  await pool.predictBatchAsync(rows);
  const answers: unknown[] = [];
  threads[0].on('message', (answer) => answers.push(answer));
  const controller = new AbortController();
  const out = new Float64Array(1_000_000).fill(-1);
  const call = rejection(pool.predictBatchAsync(manyRows, { out, signal: controller.signal }));
  controller.abort('a reason of any kind');
  t.equal(await Promise.race([call, setImmediate('later')]), 'a reason of any kind');
  t.ok(areSame(await pool.predictBatchAsync(rows), expected));
  t.equal(answers.length, 2, 'the thread was done with the call that was aborted before it was with the next');
  t.ok(out.every((prediction) => prediction === -1));
});

t.test('a signal keeps no listener after the call', async (t) => {
  const pool = openPool(t, { workers: 1 });
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 10 }, () => pool.predictBatchAsync(oneRow, { signal })));
  await rejection(pool.predictBatchAsync(rowsWith(0, Number.NaN), { signal }));
  await setImmediate();
  t.equal(getEventListeners(signal, 'abort').length, 0);
});

t.test('refuses a signal that is none', async (t) => {
  for (const signal of [null, {}, new AbortController()] as AbortSignal[]) {
    t.match(await rejection(openPool(t).predictBatchAsync(oneRow, { signal })), {
      name: 'WorkerPoolError',
      code: 'wrong_type',
      message: /^signal: expected an AbortSignal, got (null|an object)$/,
    });
  }
});

t.test('a thread that crashes rejects the calls it has in hand with the cause, and is replaced', async (t) => {
  const pool = openPool(t, { workers: 2 });
  await pool.predictBatchAsync(rows);
  const calls = [pool.predictBatchAsync(manyRows), pool.predictBatchAsync(manyRows)].map(rejection);
  threads[0].postMessage('no batch');
  for (const error of await Promise.all(calls)) {
    t.match(error, {
      name: 'WorkerPoolError',
      code: 'worker_died',
      message: 'worker: expected predictions, got an exit with code 1',
      cause: { name: 'TypeError' },
    });
  }
  t.ok(areSame(await pool.predictBatchAsync(rows), expected));
  t.equal(threads.length, 3);
});

t.test('a thread that is terminated takes no call with it that others have in hand', async (t) => {
  const pool = openPool(t, { workers: 2 });
  await pool.predictBatchAsync(rows);
  threads[0].terminate();
  const [lost, kept] = [rejection(pool.predictBatchAsync(oneRow)), pool.predictBatchAsync(oneRow)];
  t.match(await lost, { code: 'worker_died', cause: undefined });
  t.ok(areSame(await kept, expected.subarray(0, 1)));
});

t.test('a thread that dies while it has nothing to do is replaced without a word', async (t) => {
  const pool = openPool(t, { workers: 1 });
  await pool.predictBatchAsync(oneRow);
  threads[0].postMessage('no batch');
  await ended(threads[0]);
  t.ok(areSame(await pool.predictBatchAsync(oneRow), expected.subarray(0, 1)));
});

t.test('a model that no thread can start with rejects every call', async (t) => {
  const pool = openPool(t, { workers: 2 }, { ...model, scaler: undefined } as never);
  for (let k = 0; k < 2; k++) t.match(await rejection(pool.predictBatchAsync(rows)), { code: 'worker_died' });
});

t.test('close answers the calls in hand, ends the threads, and refuses what comes after', async (t) => {
  const pool = createWorkerPool(model, { workers: 2 });
  const call = pool.predictBatchAsync(rows);
  const closing = pool.close();
  t.equal(pool.close(), closing, 'once');
  t.match(await rejection(pool.predictBatchAsync(rows)), {
    name: 'WorkerPoolError',
    code: 'closed',
    message: 'pool: expected an open pool, got a closed one',
  });
  await closing;
  t.ok(areSame(await call, expected));
  t.same(threads.map((thread) => thread.threadId), [-1, -1]); // biome-ignore format: a line
});

t.test('close after a failed call and a dead thread', async (t) => {
  const pool = createWorkerPool(model, { workers: 2 });
  await rejection(pool.predictBatchAsync(rowsWith(0, Number.NaN)));
  threads[0].postMessage('no batch');
  await pool[Symbol.asyncDispose]();
  t.ok(threads.every((thread) => thread.threadId === -1));
});

t.test(
  'the process waits for a call in hand, and ends by itself with an idle pool and with a closed one',
  async (t) => {
    const program = `
    import { readFileSync } from 'node:fs';
    import { parseModel } from '@housing/model';
    import { createWorkerPool } from '@housing/model/workers';
    const file = new URL(import.meta.resolve('@housing/model/models/housing.json'));
    const pool = createWorkerPool(parseModel(JSON.parse(readFileSync(file, 'utf8'))), { workers: 2 });
    pool.predictBatchAsync(new Float64Array(60_000)).then(({ length }) => console.log(length));`;
    for (const end of ['', 'await pool.close();', 'await pool.close(); await pool.close();']) {
      const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program + end], {
        cwd: 'test',
        encoding: 'utf8',
        timeout: 20_000,
      });
      t.same({ stdout, status }, { stdout: '10000\n', status: 0 }, end);
    }
  },
);

t.test('the program of a thread takes chunks until there is none or one is refused', async (t) => {
  // once more in this thread: coverage does not see into others
  const port = Object.assign(new EventEmitter(), { postMessage: (answer: unknown) => port.emit('answer', answer) });
  await t.mockImport('../packages/model/dist/workers/worker.js', {
    'node:worker_threads': { parentPort: port, workerData: model },
  });
  const answerTo = async (id: number, changes: object) => {
    const batch = { rows, predictions, rowsPerChunk: 1000, nextChunk: new Int32Array(1), ...changes };
    const [[answer]] = await Promise.all([once(port, 'answer'), port.emit('message', { id, batch })]);
    return answer;
  };
  const predictions = new Float64Array(expected.length);
  t.same(await answerTo(1, {}), { id: 1, refusal: undefined });
  t.ok(areSame(predictions, expected));
  const refusal = { code: 'out_of_range', feature: 'RM', row: 40_000 };
  t.match(await answerTo(2, { rows: rowsWith(40_000 * nFeatures + 1, 1e39) }), { id: 2, refusal });
  await t.rejects(answerTo(3, { rows: new Float32Array(rows) }), { name: 'InputError' }, 'a crash');
});

function ended(thread: Worker): Promise<void> {
  thread.ref();
  return new Promise((resolve) => thread.once('exit', () => resolve()));
}
