// the program of a thread: a predictor of its own, and batches to take chunks of
import { parentPort, workerData } from 'node:worker_threads';
import { createPredictor } from '../predictor.js';
import { type Batch, predictChunk } from './batch.js';

const predictor = createPredictor(workerData, { expectedRows: Number.POSITIVE_INFINITY });

function work(id: number, batch: Batch): void {
  const outcome = predictChunk(predictor, batch);
  // a turn of the event loop after each chunk, in which the other batches have theirs
  if (outcome === 'more') setImmediate(work, id, batch);
  else parentPort?.postMessage({ id, refusal: outcome === 'done' ? undefined : outcome });
}

parentPort?.on('message', ({ id, batch }) => work(id, batch));
