import { ModelFormatError } from './errors.js';
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
  const got = predictor.predictBatch(rows);
  const r = predictions.findIndex((expected, i) => !Object.is(expected, got[i]));
  if (r !== -1) {
    throw new ModelFormatError(
      'not_verified',
      `golden.rows[${r}]`,
      `expected the prediction ${predictions[r]}, got ${got[r]}`,
    );
  }
}
