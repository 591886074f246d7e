import { Problem, pointerTo } from './problem.js';
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
 */
export function readColumns(body: Fields, reader: RowsReader): Rows {
  const names = Object.keys(body);
  expectFeatures(reader.predictor, names, '', (name) => pointerTo(name));
  const first = body[names[0]];
  if (Array.isArray(first)) return readLists(body, names[0], first.length, reader);
  if (isObject(first)) return readLabelled(body, names[0], Object.keys(first), reader);
  throw new Problem('wrong_type', `expected an object or an array of numbers, got ${show(first)}`, pointerTo(names[0]));
}

function readLists(body: Fields, first: string, nRows: number, reader: RowsReader): Rows {
  const { featureNames } = reader.predictor;
  const values = allocate(reader, nRows);
  featureNames.forEach((name, f) => {
    const column = body[name];
    if (!Array.isArray(column)) {
      throw new Problem(
        'wrong_type',
        `expected an array, as ${pointerTo(first)} is, got ${show(column)}`,
        pointerTo(name),
      );
    }
    if (column.length !== nRows) {
      const detail = `expected ${nRows} numbers, as in ${pointerTo(first)}, got ${column.length}`;
      throw new Problem('wrong_length', detail, pointerTo(name));
    }
    for (let r = 0; r < nRows; r++) {
      const value: unknown = column[r];
      if (!accepts(reader.predictor, f, value)) throw refuse(reader.predictor, f, value, pointerTo(name, r));
      values[r * featureNames.length + f] = value;
    }
  });
  return { values, pointer: (row, feature) => pointerTo(feature, row) };
}

function readLabelled(body: Fields, first: string, labels: readonly string[], reader: RowsReader): Rows {
  const { featureNames } = reader.predictor;
  const values = allocate(reader, labels.length);
  featureNames.forEach((name, f) => {
    const column = body[name];
    if (!isObject(column)) {
      throw new Problem(
        'wrong_type',
        `expected an object, as ${pointerTo(first)} is, got ${show(column)}`,
        pointerTo(name),
      );
    }
    expectLabels(column, name, first, labels);
    labels.forEach((label, r) => {
      const value = column[label];
      if (!accepts(reader.predictor, f, value)) throw refuse(reader.predictor, f, value, pointerTo(name, label));
      values[r * featureNames.length + f] = value;
    });
  });
  return { values, pointer: (row, feature) => pointerTo(feature, labels[row]) };
}

function expectLabels(column: Fields, name: string, first: string, labels: readonly string[]): void {
  const own = Object.keys(column);
  if (own.length === labels.length && labels.every((label) => Object.hasOwn(column, label))) return;
  const detail = `expected the same row labels as ${pointerTo(first)} (${list(labels)}), got ${list(own)}`;
  throw new Problem('wrong_labels', detail, pointerTo(name));
}

function list(labels: readonly string[]): string {
  if (labels.length === 0) return 'none';
  return labels.slice(0, 5).map(show).join(', ') + (labels.length > 5 ? ', …' : '');
}
