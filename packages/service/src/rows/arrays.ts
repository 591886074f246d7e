import { Problem, pointerTo } from '../problem.js';
import { accepts, allocate, type Rows, type RowsReader, refuse, show } from './rows.js';

/**
 * Reads an array a row.
 *
 * @param names the features of the places of a row: all that the model has
 * @param at the pointer to the rows in the body
 */
export function readArrays(rows: unknown, names: readonly string[], reader: RowsReader, at: string): Rows {
  const { featureNames, accepted } = reader.predictor;
  if (!Array.isArray(rows)) throw new Problem('wrong_type', `expected an array of rows, got ${show(rows)}`, at);

  const values = allocate(reader, rows.length);
  // where each place belongs in a row of the model
  const featureOf = names.map((name) => featureNames.indexOf(name));
  for (let r = 0; r < rows.length; r++) {
    const row: unknown = rows[r];
    if (!Array.isArray(row) || row.length !== names.length) {
      const code = Array.isArray(row) ? 'wrong_length' : 'wrong_type';
      throw new Problem(code, `expected an array of ${names.length} numbers, got ${show(row)}`, at + pointerTo(r));
    }
    for (let k = 0; k < featureOf.length; k++) {
      const value: unknown = row[k];
      const interval = accepted[featureOf[k]];
      if (!accepts(interval, value)) throw refuse(interval, value, at + pointerTo(r, k));
      values[r * names.length + featureOf[k]] = value;
    }
  }
  return { values, pointer: (row, feature) => at + pointerTo(row, names.indexOf(feature)) };
}
