import { createPredictor, type Model, type Predictor } from '@housing/model';

/** Makes a predictor with each of the evaluators that a model can have: all of them must give the same bits. */
export function createEachPredictor(model: Model): { readonly evaluator: string; readonly predictor: Predictor }[] {
  const rows = {
    walk: 0,
    'folded thresholds': Math.ceil(400_000 / model.trees.length),
    kernel: Number.POSITIVE_INFINITY,
  };
  return Object.entries(rows).map(([evaluator, expectedRows]) => ({
    evaluator,
    predictor: createPredictor(model, { expectedRows }),
  }));
}
