import { createPredictor, type Model, type Predictor } from '@housing/model';

/** Makes a predictor as on a host without WebAssembly, where no kernel is made. */
export function createPlainPredictor(model: Model, rows: Float64Array): Predictor {
  const { WebAssembly } = globalThis;
  Reflect.deleteProperty(globalThis, 'WebAssembly');
  try {
    return warmUp(createPredictor(model), model, rows);
  } finally {
    Object.assign(globalThis, { WebAssembly });
  }
}

/** Makes a predictor that has its kernel, since it has predicted as many rows as one is worth. */
export function createKernelPredictor(model: Model, rows: Float64Array): Predictor {
  return warmUp(createPredictor(model), model, rows);
}

function warmUp(predictor: Predictor, { trees, featureNames }: Model, rows: Float64Array): Predictor {
  const n = rows.length / featureNames.length;
  for (let walked = 0; walked <= 4_000_000; walked += n * trees.length) predictor.predictBatch(rows);
  return predictor;
}
