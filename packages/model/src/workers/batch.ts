import { InputError } from '../errors.js';
import type { Predictor } from '../predictor.js';

/** Rows in shared memory, of which each thread takes chunk after chunk. */
export interface Batch {
  readonly rows: Float64Array<SharedArrayBuffer>; // row-major [n, features]
  readonly predictions: Float64Array<SharedArrayBuffer>; // [n]
  readonly rowsPerChunk: number;
  readonly nextChunk: Int32Array<SharedArrayBuffer>; // [1]
}

/** What an {@link InputError} says: the class itself does not survive the way to another thread. */
export type Refusal = Pick<InputError, 'code' | 'problem' | 'feature'> & { readonly row: number };

/** Shares rows, which are copied unless they are in shared memory already. */
export function createBatch(rows: Float64Array, n: number, rowsPerChunk: number): Batch {
  return {
    rows: isShared(rows) ? rows : share(rows),
    predictions: new Float64Array(new SharedArrayBuffer(8 * n)),
    rowsPerChunk,
    nextChunk: new Int32Array(new SharedArrayBuffer(4)),
  };
}

function isShared(rows: Float64Array): rows is Float64Array<SharedArrayBuffer> {
  return Object.prototype.toString.call(rows.buffer) === '[object SharedArrayBuffer]';
}

function share(rows: Float64Array): Float64Array<SharedArrayBuffer> {
  const shared = new Float64Array(new SharedArrayBuffer(rows.byteLength));
  shared.set(rows);
  return shared;
}

/** Leaves no chunk to be taken; those that were taken are finished. */
export function endBatch({ predictions, nextChunk }: Batch): void {
  Atomics.store(nextChunk, 0, predictions.length);
}

/**
 * Takes the next chunk and predicts it.
 *
 * At a refusal it ends the batch: the chunks before are taken by then, so that the lowest of all refused rows is the first.
 *
 * @returns `'more'` while there may be more chunks
 */
export function predictChunk(predictor: Predictor, batch: Batch): 'more' | 'done' | Refusal {
  const { rows, predictions, rowsPerChunk, nextChunk } = batch;
  const nFeatures = predictor.featureNames.length;
  const start = Atomics.add(nextChunk, 0, 1) * rowsPerChunk;
  if (start >= predictions.length) return 'done';
  const end = start + rowsPerChunk;
  try {
    predictor.predictBatch(rows.subarray(start * nFeatures, end * nFeatures), predictions.subarray(start, end));
    return 'more';
  } catch (error) {
    if (!(error instanceof InputError && error.row !== undefined)) throw error;
    endBatch(batch);
    return { code: error.code, problem: error.problem, feature: error.feature, row: start + error.row };
  }
}
