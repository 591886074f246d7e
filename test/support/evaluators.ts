import { createPlainPredictor } from '@housing/bench/plain.js';
import { createPredictor, type Model, type Predictor } from '@housing/model';

/** Makes a predictor with each of the evaluators that a model can have: all of them must give the same bits. */
export function createEachPredictor(model: Model): { readonly evaluator: string; readonly predictor: Predictor }[] {
  return [
    { evaluator: 'walk', predictor: createPredictor(model) },
    // where there is no WebAssembly the last before a kernel stays
    { evaluator: 'folded thresholds', predictor: createPlainPredictor(model) },
    { evaluator: 'kernel', predictor: createPredictor(model, { expectedRows: Number.POSITIVE_INFINITY }) },
  ];
}
