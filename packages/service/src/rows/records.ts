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
  for (let r = 0, start = 0; r < body.length; r++, start += featureNames.length) {
    const record = body[r];
    if (!isObject(record)) {
      const detail = `expected an object with one number a feature, got ${show(record)}`;
      throw new Problem('wrong_type', detail, at + pointerTo(r));
    }
    if (readInOrder(record, reader, values, start)) continue;
    expectRecord(record, reader, at + pointerTo(r));
    for (let f = 0; f < featureNames.length; f++) {
      const value = record[featureNames[f]];
      if (!accepts(accepted[f], value)) throw refuse(accepted[f], value, at + pointerTo(r, featureNames[f]));
      values[start + f] = value;
    }
  }
  return { values, pointer: (row, feature) => at + pointerTo(row, feature) };
}

/** Reads a record whose keys are in the model's order, as most are, in two thirds of the time that looking them up takes. */
function readInOrder(record: Fields, { predictor }: RowsReader, values: Float64Array, start: number): boolean {
  const { featureNames, accepted } = predictor;
  let f = 0;
  for (const name in record) {
    const value = record[name];
    if (name !== featureNames[f] || !accepts(accepted[f], value)) return false;
    values[start + f] = value;
    f++;
  }
  return f === featureNames.length;
}

function expectRecord(record: Fields, { predictor }: RowsReader, at: string): void {
  expectFeatures(predictor, Object.keys(record), at, (name) => at + pointerTo(name));
}
