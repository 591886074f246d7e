import { availableParallelism } from 'node:os';
import { InputError, show } from '../errors.js';
import type { Model } from '../format.js';
import { countRows } from '../rows.js';
import { type Batch, createBatch, endBatch } from './batch.js';
import { WorkerPoolError } from './pool-error.js';
import { createThread, type Thread } from './thread.js';

export { type WorkerPoolCode, WorkerPoolError } from './pool-error.js';

/** Predicts on threads of its own. An idle pool does not keep the process alive. */
export interface WorkerPool extends AsyncDisposable {
  /**
   * Predicts many rows as `predictBatch` does, to the last bit, while this thread does other work.
   *
   * @param rows raw values, row-major [n, features], n >= 0. In shared memory they are read where they are and must stay as they
   *   are until the promise settles; otherwise they are copied before the call returns.
   * @returns a promise of `out`, or without one of a new array in shared memory
   * @throws {@link InputError} as `predictBatch` does, {@link WorkerPoolError}, and the reason of the signal: in each case
   *   nothing was written to `out`, and nothing will be
   */
  predictBatchAsync(rows: Float64Array, options?: BatchOptions): Promise<Float64Array>;

  /** Refuses further calls, waits for those in hand, and ends the threads. To end a call early, abort it. */
  close(): Promise<void>;
}

export interface WorkerPoolOptions {
  /** How many threads there are at most; they start as calls need them. By default `os.availableParallelism()`. */
  readonly workers?: number;
}

export interface BatchOptions {
  /** Where to write the n predictions, once all are there; a new array in shared memory by default. */
  readonly out?: Float64Array;
  /** Rejects the call with its reason as soon as it is aborted; a thread that has begun a chunk finishes it. */
  readonly signal?: AbortSignal;
}

/**
 * How many trees the rows of a chunk meet in all.
 *
 * Measured over a million rows: a quarter of it takes 3 % more time, four times as much saves none, and lets others wait longer.
 */
const TREES_PER_CHUNK = 500_000;

/** Makes a pool of threads, each with a predictor of the model. */
export function createWorkerPool(
  model: Model,
  { workers = availableParallelism() }: WorkerPoolOptions = {},
): WorkerPool {
  expectWorkers(workers);
  const threads = Array.from({ length: workers }, () => createThread(model));
  const rowsPerChunk = countRowsPerChunk(model);
  const calls = new Set<Promise<Float64Array>>();
  let closing: Promise<void> | undefined;

  async function predict(rows: Float64Array, { out, signal }: BatchOptions): Promise<Float64Array> {
    const n = countRows(rows, model.featureNames.length, out);
    expectSignal(signal);
    signal?.throwIfAborted();
    const batch = createBatch(rows, n, rowsPerChunk);
    await runBatch(batch, threads, signal);
    if (out === undefined) return batch.predictions;
    out.set(batch.predictions);
    return out;
  }

  async function endThreads(): Promise<void> {
    await Promise.allSettled(calls);
    await Promise.all(threads.map((thread) => thread.stop()));
  }

  function close(): Promise<void> {
    closing ??= endThreads();
    return closing;
  }

  return {
    async predictBatchAsync(rows, options = {}) {
      if (closing) throw new WorkerPoolError('closed', 'pool: expected an open pool, got a closed one');
      const call = predict(rows, options);
      calls.add(call);
      return call.finally(() => calls.delete(call));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function expectWorkers(workers: number): void {
  if (Number.isInteger(workers) && workers >= 1) return;
  throw new WorkerPoolError('out_of_range', `workers: expected a whole number of at least 1, got ${show(workers)}`);
}

// by the tag and not by `instanceof`, which fails for a signal of another realm
function expectSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined || Object.prototype.toString.call(signal) === '[object AbortSignal]') return;
  throw new WorkerPoolError('wrong_type', `signal: expected an AbortSignal, got ${show(signal)}`);
}

function countRowsPerChunk({ scaler, trees }: Model): number {
  // a scaler that is fitted on the rows of a call needs all of them
  return scaler === 'request' ? Number.MAX_SAFE_INTEGER : Math.ceil(TREES_PER_CHUNK / trees.length);
}

/** Has the threads that have the least to do take the chunks of a batch. */
async function runBatch(batch: Batch, threads: readonly Thread[], signal: AbortSignal | undefined): Promise<void> {
  const nChunks = Math.ceil(batch.predictions.length / batch.rowsPerChunk);
  const chosen = [...threads].sort((a, b) => a.nBatches - b.nBatches).slice(0, nChunks);
  try {
    const refusals = await untilAborted(Promise.all(chosen.map((thread) => thread.run(batch))), signal);
    const [first] = refusals.filter((refusal) => refusal !== undefined).sort((a, b) => a.row - b.row);
    if (first) throw new InputError(first.code, first.problem, first.feature, first.row);
  } finally {
    endBatch(batch);
  }
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
