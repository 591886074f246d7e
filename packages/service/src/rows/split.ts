import { Problem, pointerTo } from '../problem.js';
import { readArrays } from './arrays.js';
import { expectFeatures, type Fields, type Rows, type RowsReader, show } from './rows.js';

/** Whether a body is `{"columns":[...],"data":[[...]]}`, as `DataFrame.to_dict('split')` gives it, and not columns of such names. */
export function isSplit(body: Fields, featureNames: readonly string[]): boolean {
  if (featureNames.includes('columns') || featureNames.includes('data')) return false;
  return Object.hasOwn(body, 'columns') && Object.hasOwn(body, 'data');
}

/**
 * Reads the names of the columns and an array a row; `index` is left aside.
 *
 * @param at the pointer to them in the body
 */
export function readSplit(body: Fields, reader: RowsReader, at = ''): Rows {
  const { columns, data, index: _, ...others } = body;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new Problem('unknown_key', 'expected no key but columns, data, index', at + pointerTo(other));
  }
  const names = readNames(columns, `${at}/columns`);
  expectFeatures(reader.predictor, names, `${at}/columns`, (_, k) => at + pointerTo('columns', k));
  return readArrays(data, names, reader, `${at}/data`);
}

function readNames(columns: unknown, at: string): string[] {
  if (!Array.isArray(columns)) {
    throw new Problem('wrong_type', `expected an array of feature names, got ${show(columns)}`, at);
  }
  const seen = new Set<string>();
  return columns.map((name: unknown, k) => {
    if (typeof name !== 'string') {
      throw new Problem('wrong_type', `expected a feature name, got ${show(name)}`, at + pointerTo(k));
    }
    if (seen.has(name)) {
      throw new Problem('wrong_type', `expected a name not given before, got ${show(name)}`, at + pointerTo(k));
    }
    seen.add(name);
    return name;
  });
}
