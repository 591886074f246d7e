import { Problem, pointerTo } from './problem.js';
import { accepts, allocate, expectFeatures, isObject, type Rows, type RowsReader, refuse, show } from './rows.js';

/** Reads an object a row, as `DataFrame.to_dict('records')` gives them. */
export function readRecords(body: readonly unknown[], reader: RowsReader): Rows {
  const { predictor } = reader;
  const { featureNames } = predictor;
  const values = allocate(reader, body.length);
  let k = 0;
  body.forEach((record, r) => {
    if (!isObject(record)) {
      throw new Problem(
        'wrong_type',
        `expected an object with one number a feature, got ${show(record)}`,
        pointerTo(r),
      );
    }
    const names = Object.keys(record);
    const isComplete =
      names.length === featureNames.length && featureNames.every((name) => Object.hasOwn(record, name));
    if (!isComplete) expectFeatures(predictor, names, pointerTo(r), (name) => pointerTo(r, name));
    featureNames.forEach((name, f) => {
      const value = record[name];
      if (!accepts(predictor, f, value)) throw refuse(predictor, f, value, pointerTo(r, name));
      values[k++] = value;
    });
  });
  return { values, pointer: (row, feature) => pointerTo(row, feature) };
}
