import { createPredictor, type Model, type Predictor, parseModel, verify } from '@housing/model';

/**
 * Makes a model of the bytes of its document, and proves by the golden rows that it predicts what scikit-learn did.
 *
 * @throws Error at the first fault
 */
export function readDocument(bytes: Uint8Array): { model: Model; predictor: Predictor } {
  const model = parseModel(JSON.parse(new TextDecoder().decode(bytes)));
  const predictor = createPredictor(model);
  verify(model, predictor);
  return { model, predictor };
}
