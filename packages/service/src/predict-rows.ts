import { setImmediate as nextTurn } from 'node:timers/promises';
import { InputError, type Predictor } from '@housing/model';
import type { ServedModel } from './models/served-model.js';
import { clientGone, Problem } from './problem.js';
import type { Rows } from './rows/rows.js';

/** How many rows are predicted in one go, in about a millisecond: between blocks of so many, other requests are answered. */
const BLOCK_ROWS = 2000;

/** Predicts, many rows in blocks while the client is there; what only the model can refuse is told by where it is in the body. */
export function predictRows(
  { model, predictor }: ServedModel,
  rows: Rows,
  client: { readonly destroyed: boolean },
): number[] | Promise<number[]> {
  const nRows = rows.values.length / predictor.featureNames.length;
  // a scaler that is fitted on the rows of a call needs them all
  if (nRows <= BLOCK_ROWS || model.scaler === 'request') return addPredictions([], predictor, rows, 0, nRows);
  return predictBlocks(predictor, rows, nRows, client);
}

async function predictBlocks(
  predictor: Predictor,
  rows: Rows,
  nRows: number,
  client: { readonly destroyed: boolean },
): Promise<number[]> {
  const predictions: number[] = [];
  for (let start = 0; start < nRows; start += BLOCK_ROWS) {
    if (start > 0) await nextTurn();
    if (client.destroyed) throw clientGone();
    addPredictions(predictions, predictor, rows, start, Math.min(start + BLOCK_ROWS, nRows));
  }
  return predictions;
}

function addPredictions(to: number[], predictor: Predictor, rows: Rows, start: number, end: number): number[] {
  const nFeatures = predictor.featureNames.length;
  try {
    // most requests are of one row, for which a batch is a detour
    if (rows.values.length === nFeatures) return [predictor.predict(rows.values)];
    // by a loop: a spread takes three times as long
    for (const prediction of predictor.predictBatch(rows.values.subarray(start * nFeatures, end * nFeatures)))
      to.push(prediction);
    return to;
  } catch (error) {
    if (!(error instanceof InputError) || error.feature === undefined) throw error;
    throw new Problem('out_of_range', error.problem, rows.pointer(start + (error.row ?? 0), error.feature));
  }
}
