import { Problem } from '../problem.js';
import { readArrays } from './arrays.js';
import { readRecords } from './records.js';
import { type Rows, type RowsReader, show } from './rows.js';

/**
 * Reads rows as TensorFlow Serving has them: an array a row in the model's order of features, or an object a row.
 *
 * @param at the pointer to them in the body
 */
export function readInstances(instances: unknown, reader: RowsReader, at: string): Rows {
  if (!Array.isArray(instances)) {
    throw new Problem('wrong_type', `expected an array of rows, got ${show(instances)}`, at);
  }
  if (Array.isArray(instances[0])) return readArrays(instances, reader.predictor.featureNames, reader, at);
  return readRecords(instances, reader, at);
}
