import { Problem, pointerTo } from './problem.js';
import { accepts, allocate, expectFeatures, type Fields, type Rows, type RowsReader, refuse, show } from './rows.js';

/** Whether a body is `{"columns":[...],"data":[[...]]}`, as `DataFrame.to_dict('split')` gives it, and not columns of such names. */
export function isSplit(body: Fields, featureNames: readonly string[]): boolean {
  if (featureNames.includes('columns') || featureNames.includes('data')) return false;
  return Object.hasOwn(body, 'columns') && Object.hasOwn(body, 'data');
}

/** Reads the names of the columns and an array a row; `index` is left aside. */
export function readSplit(body: Fields, reader: RowsReader): Rows {
  const { predictor } = reader;
  const { columns, data, index: _, ...others } = body;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new Problem('unknown_key', 'expected no key but columns, data, index', pointerTo(other));
  }
  const names = readNames(columns);
  expectFeatures(predictor, names, '/columns', (_, k) => pointerTo('columns', k));
  if (!Array.isArray(data)) throw new Problem('wrong_type', `expected an array of rows, got ${show(data)}`, '/data');

  const values = allocate(reader, data.length);
  // where each column of the body belongs in a row of the model
  const featureOf = names.map((name) => predictor.featureNames.indexOf(name));
  for (let r = 0; r < data.length; r++) {
    const row: unknown = data[r];
    if (!Array.isArray(row) || row.length !== names.length) {
      const code = Array.isArray(row) ? 'wrong_length' : 'wrong_type';
      throw new Problem(code, `expected an array of ${names.length} numbers, got ${show(row)}`, pointerTo('data', r));
    }
    for (let k = 0; k < featureOf.length; k++) {
      const value: unknown = row[k];
      const interval = predictor.accepted[featureOf[k]];
      if (!accepts(interval, value)) throw refuse(interval, value, pointerTo('data', r, k));
      values[r * names.length + featureOf[k]] = value;
    }
  }
  return { values, pointer: (row, feature) => pointerTo('data', row, names.indexOf(feature)) };
}

function readNames(columns: unknown): string[] {
  if (!Array.isArray(columns)) {
    throw new Problem('wrong_type', `expected an array of feature names, got ${show(columns)}`, '/columns');
  }
  const seen = new Set<string>();
  return columns.map((name: unknown, k) => {
    if (typeof name !== 'string') {
      throw new Problem('wrong_type', `expected a feature name, got ${show(name)}`, pointerTo('columns', k));
    }
    if (seen.has(name)) {
      throw new Problem('wrong_type', `expected a name not given before, got ${show(name)}`, pointerTo('columns', k));
    }
    seen.add(name);
    return name;
  });
}
