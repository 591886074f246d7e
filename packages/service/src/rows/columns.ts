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
 * Reads a column a feature, each by row label, as `DataFrame.to_dict()` gives them, or each as a list, as `to_dict('list')` does.
 *
 * The rows come in the order of the first column's labels in JavaScript: whole numbers ascending, then the others as sent.
 *
 * @param at the pointer to them in the body
 */
export function readColumns(body: Fields, reader: RowsReader, at = ''): Rows {
  const names = Object.keys(body);
  expectFeatures(reader.predictor, names, at, (name) => at + pointerTo(name));
  const first = body[names[0]];
  if (Array.isArray(first)) return readLists(body, names[0], first.length, reader, at);
  if (isObject(first)) return readLabelled(body, names[0], first, reader, at);
  throw new Problem(
    'wrong_type',
    `expected an object or an array of numbers, got ${show(first)}`,
    at + pointerTo(names[0]),
  );
}

function readLists(body: Fields, firstName: string, nRows: number, reader: RowsReader, at: string): Rows {
  const { featureNames, accepted } = reader.predictor;
  const nFeatures = featureNames.length;
  const values = allocate(reader, nRows);
  for (let f = 0; f < nFeatures; f++) {
    const name = featureNames[f];
    const column = body[name];
    if (!Array.isArray(column)) {
      const detail = `expected an array, as ${at + pointerTo(firstName)} is, got ${show(column)}`;
      throw new Problem('wrong_type', detail, at + pointerTo(name));
    }
    if (column.length !== nRows) {
      const detail = `expected ${nRows} numbers, as in ${at + pointerTo(firstName)}, got ${column.length}`;
      throw new Problem('wrong_length', detail, at + pointerTo(name));
    }
    for (let r = 0; r < nRows; r++) {
      const value: unknown = column[r];
      if (!accepts(accepted[f], value)) throw refuse(accepted[f], value, at + pointerTo(name, r));
      values[r * nFeatures + f] = value;
    }
  }
  return { values, pointer: (row, feature) => at + pointerTo(feature, row) };
}

function readLabelled(body: Fields, firstName: string, first: Fields, reader: RowsReader, at: string): Rows {
  const { featureNames, accepted } = reader.predictor;
  const nFeatures = featureNames.length;
  const nRows = countKeys(first);
  const values = allocate(reader, nRows);
  const labels = areRowNumbers(first, nRows) ? undefined : Object.keys(first);
  for (let f = 0; f < nFeatures; f++) {
    const name = featureNames[f];
    const column = body[name];
    if (!isObject(column)) {
      const detail = `expected an object, as ${at + pointerTo(firstName)} is, got ${show(column)}`;
      throw new Problem('wrong_type', detail, at + pointerTo(name));
    }
    if (countKeys(column) !== nRows) expectLabels(column, name, first, firstName, at);
    for (let r = 0; r < nRows; r++) {
      // nothing that an object inherits is a number: a number is the column's own
      const value = column[labels === undefined ? r : labels[r]];
      if (!accepts(accepted[f], value)) {
        expectLabels(column, name, first, firstName, at);
        throw refuse(accepted[f], value, at + pointerTo(name, labels === undefined ? r : labels[r]));
      }
      values[r * nFeatures + f] = value;
    }
  }
  return { values, pointer: (row, feature) => at + pointerTo(feature, labels === undefined ? row : labels[row]) };
}

// not by `Object.keys`, which makes a string of each whole number
function countKeys(column: Fields): number {
  return Object.values(column).length;
}

/** Whether the labels of n rows are 0, 1, 2, …: mostly they are, and then no label need be made a string to find its row. */
function areRowNumbers(column: Fields, n: number): boolean {
  for (let r = 0; r < n; r++) if (column[r] === undefined) return false;
  return true;
}

function expectLabels(column: Fields, name: string, first: Fields, firstName: string, at: string): void {
  const [own, labels] = [Object.keys(column), Object.keys(first)];
  if (own.length === labels.length && labels.every((label) => Object.hasOwn(column, label))) return;
  const detail = `expected the same row labels as ${at + pointerTo(firstName)} (${list(labels)}), got ${list(own)}`;
  throw new Problem('wrong_labels', detail, at + pointerTo(name));
}

function list(labels: readonly string[]): string {
  if (labels.length === 0) return 'none';
  return labels.slice(0, 5).map(show).join(', ') + (labels.length > 5 ? ', …' : '');
}
