import { Worker } from 'node:worker_threads';
import type { Model } from '../format.js';
import type { Batch, Refusal } from './batch.js';
import { WorkerPoolError } from './pool-error.js';

/** A worker thread with a predictor of its own, started when it is first needed, and again after it died. */
export interface Thread {
  /** How many batches it has in hand. */
  readonly nBatches: number;
  /** Takes chunks of a batch until there is none left, and returns the first refusal among them. */
  run(batch: Batch): Promise<Refusal | undefined>;
  stop(): Promise<void>;
}

/** What a thread answers. */
interface Answer {
  readonly id: number;
  readonly refusal: Refusal | undefined;
}

interface Run {
  resolve(refusal: Refusal | undefined): void;
  reject(error: WorkerPoolError): void;
}

export function createThread(model: Model): Thread {
  const runs = new Map<number, Run>();
  let lastId = 0;
  let worker: Worker | undefined;

  function start(): Worker {
    // none of the hooks that the process was started with: the thread loads nothing that they are for
    const started = new Worker(new URL('./worker.js', import.meta.url), { workerData: model, execArgv: [] });
    let cause: unknown;
    started.on('message', ({ id, refusal }: Answer) => {
      runs.get(id)?.resolve(refusal);
      runs.delete(id);
      if (runs.size === 0) started.unref();
    });
    started.on('error', (error) => {
      cause = error;
    });
    // comes in every case, after the error if there is one
    started.on('exit', (code) => {
      worker = undefined;
      const error = new WorkerPoolError(
        'worker_died',
        `worker: expected predictions, got an exit with code ${code}`,
        cause,
      );
      for (const run of runs.values()) run.reject(error);
      runs.clear();
    });
    return started;
  }

  return {
    get nBatches() {
      return runs.size;
    },

    run(batch) {
      return new Promise((resolve, reject) => {
        worker ??= start();
        const id = ++lastId;
        worker.postMessage({ id, batch });
        worker.ref();
        runs.set(id, { resolve, reject });
      });
    },

    async stop() {
      await worker?.terminate();
    },
  };
}
