import { seededRandom } from '@housing/bench/random.js';
import { createPredictor, type Model, parseModel } from '@housing/model';
import { createWorkerPool, type WorkerPool, type WorkerPoolOptions } from '@housing/model/workers';
import type { Test } from 'tap';
import { shipped } from './documents.js';

export const model = parseModel(shipped('housing'));
export const predictor = createPredictor(model);
export const nFeatures = model.featureNames.length;

// enough for dozens of chunks, and for the kernel of each thread
export const nRows = 41_000;
export const rows = randomRows(nRows);
export const expected = predictor.predictBatch(rows);

/** Makes a pool that is closed when the test ends. */
export function openPool(t: Test, options?: WorkerPoolOptions, ofModel: Model = model): WorkerPool {
  const pool = createWorkerPool(ofModel, options);
  t.teardown(() => pool.close());
  return pool;
}

function randomRows(n: number): Float64Array {
  const random = seededRandom(11);
  return Float64Array.from({ length: n * nFeatures }, (_, k) => {
    const { minimum, maximum } = model.training?.features[k % nFeatures] ?? { minimum: 0, maximum: 1 };
    return minimum + random() * (maximum - minimum);
  });
}

/** The same numbers in shared memory. */
export function share(values: Float64Array): Float64Array {
  const shared = new Float64Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}

/** The rows with another value at one place. */
export function rowsWith(place: number, value: number): Float64Array {
  const changed = rows.slice();
  changed[place] = value;
  return changed;
}

/** Whether two arrays are equal bit by bit. */
export function areSame(got: Float64Array, wanted: Float64Array): boolean {
  return got.length === wanted.length && got.every((x, k) => Object.is(x, wanted[k]));
}

/** What a promise rejects with. */
export function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('expected a rejection, got a value');
    },
    (error: unknown) => error,
  );
}
