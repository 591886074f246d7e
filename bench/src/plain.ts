import { createPredictor, type Model, type Predictor } from '@housing/model';

/** Makes a predictor as on a host without WebAssembly, where no kernel is made. */
export function createPlainPredictor(model: Model): Predictor {
  const host = Object.getOwnPropertyDescriptor(globalThis, 'WebAssembly') ?? {};
  Reflect.deleteProperty(globalThis, 'WebAssembly');
  try {
    return createPredictor(model, { expectedRows: Number.POSITIVE_INFINITY });
  } finally {
    Object.defineProperty(globalThis, 'WebAssembly', host);
  }
}
