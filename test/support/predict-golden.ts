import { createPredictor, InputError, parseModel, verify } from '@housing/model';
import { housing } from '@housing/model/housing';

/** Does all that the package can, in whatever host it is bundled for, and returns the predictions for the golden rows. */
export function predictGolden(document: unknown): { predictions: number[]; example: number; refusal: string } {
  const model = parseModel(document);
  verify(model);
  return {
    predictions: [...createPredictor(model).predictBatch(model.golden.rows)],
    example: housing.predict([0, 6.575, 296, 15.3, 396.9, 4.98]),
    refusal: refusal(() => housing.predict([0, Number.NaN, 296, 15.3, 396.9, 4.98])),
  };
}

function refusal(predict: () => number): string {
  try {
    return String(predict());
  } catch (error) {
    return error instanceof InputError ? error.message : `another error: ${error}`;
  }
}
