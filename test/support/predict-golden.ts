import { createPredictor, InputError, parseModel, verify } from '@housing/model';
import { housing } from '@housing/model/housing';

/** Does all that the package can, in whatever host it is bundled for, and returns the predictions for the golden rows. */
export function predictGolden(document: unknown): {
  predictions: number[];
  fastest: number[];
  canCompile: boolean;
  example: number;
  refusal: string;
} {
  const model = parseModel(document);
  verify(model);
  const predictions = (expectedRows: number) => [
    ...createPredictor(model, { expectedRows }).predictBatch(model.golden.rows),
  ];
  return {
    predictions: predictions(0),
    fastest: predictions(Number.POSITIVE_INFINITY),
    canCompile: canCompile(),
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

/** Whether the host lets a kernel be made, tried with the shortest of all modules. */
function canCompile(): boolean {
  try {
    // its types are not those of every host
    Reflect.construct(Reflect.get(Reflect.get(globalThis, 'WebAssembly'), 'Module'), [
      Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0),
    ]);
    return true;
  } catch {
    return false;
  }
}
