import { Problem, pointerTo } from '../problem.js';
import { type Fields, isObject, show } from '../rows/rows.js';
import { readFlag, readParameters } from './parameters.js';

/** The one output that every model has: a prediction a row. */
export const OUTPUT = { name: 'predict', datatype: 'FP64' };

/**
 * Reads whether the predictions are to come in binary: as the output says, or else the request.
 *
 * @throws {@link Problem} `unknown_output` for any other output than the one there is
 */
export function wantsBinary(request: Fields): boolean {
  const byDefault = readFlag(readParameters(request, ''), 'binary_data_output', '') ?? false;
  const flags = readOutputs(request.outputs).map((output, k) => readOutput(output, pointerTo('outputs', k)));
  return flags.at(-1) ?? byDefault;
}

function readOutputs(outputs: unknown): readonly unknown[] {
  if (outputs === undefined || outputs === null) return [];
  if (Array.isArray(outputs)) return outputs;
  throw new Problem('wrong_type', `expected an array of outputs, got ${show(outputs)}`, '/outputs');
}

function readOutput(output: unknown, pointer: string): boolean | undefined {
  if (!isObject(output)) throw new Problem('wrong_type', `expected an output, got ${show(output)}`, pointer);
  if (output.name !== OUTPUT.name) {
    const detail = `expected one of ${OUTPUT.name}, got ${show(output.name)}`;
    throw new Problem('unknown_output', detail, `${pointer}/name`);
  }
  return readFlag(readParameters(output, pointer), 'binary_data', pointer);
}
