import { InputError, ModelFormatError, show } from './errors.js';
import type { Model } from './format.js';
import { createPredictor, type Predictor } from './predictor.js';

/**
 * Replays the golden rows of a model: proof that this reader, on this machine, predicts what scikit-learn predicted.
 *
 * @param predictor the model's predictor, where there is one already
 * @throws {@link ModelFormatError} with code `not_verified` at the first row that differs in any bit
 */
export function verify(model: Model, predictor: Predictor = createPredictor(model)): void {
  const { rows, predictions } = model.golden;
  const got = replay(predictor, rows);
  const r = predictions.findIndex((expected, i) => !Object.is(expected, got[i]));
  if (r !== -1) {
    throw notVerified(r, `expected the prediction ${show(predictions[r])}, got ${show(got[r])}`);
  }
}

function replay(predictor: Predictor, rows: Float64Array): Float64Array {
  try {
    return predictor.predictBatch(rows);
  } catch (error) {
    if (error instanceof InputError)
      throw notVerified(error.row, `expected a row that the model accepts, got ${error.message}`);
    throw error;
  }
}

function notVerified(row: number | undefined, problem: string): ModelFormatError {
  return new ModelFormatError('not_verified', `golden.rows[${row}]`, problem);
}
