import { Problem, pointerTo } from '../problem.js';
import {
  accepts,
  allocate,
  expectFeatures,
  type Fields,
  isObject,
  type Rows,
  type RowsReader,
  refuse,
  show,
} from './rows.js';

/**
 * Reads an object a row, as `DataFrame.to_dict('records')` gives them.
 *
 * @param at the pointer to them in the body
 */
export function readRecords(body: readonly unknown[], reader: RowsReader, at = ''): Rows {
  const { featureNames, accepted } = reader.predictor;
  const values = allocate(reader, body.length);
  for (let r = 0, k = 0; r < body.length; r++) {
    const record = body[r];
    if (!isObject(record)) {
      const detail = `expected an object with one number a feature, got ${show(record)}`;
      throw new Problem('wrong_type', detail, at + pointerTo(r));
    }
    if (Object.keys(record).length !== featureNames.length) expectRecord(record, reader, at + pointerTo(r));
    for (let f = 0; f < featureNames.length; f++, k++) {
      // nothing that an object inherits is a number: a number is the record's own
      const value = record[featureNames[f]];
      if (!accepts(accepted[f], value)) {
        expectRecord(record, reader, at + pointerTo(r));
        throw refuse(accepted[f], value, at + pointerTo(r, featureNames[f]));
      }
      values[k] = value;
    }
  }
  return { values, pointer: (row, feature) => at + pointerTo(row, feature) };
}

function expectRecord(record: Fields, { predictor }: RowsReader, at: string): void {
  expectFeatures(predictor, Object.keys(record), at, (name) => at + pointerTo(name));
}
