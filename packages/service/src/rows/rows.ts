import type { Interval, Predictor } from '@housing/model';
import { Problem } from '../problem.js';

/** The rows of a request, in the model's order of features, and where in the body each value was. */
export interface Rows {
  readonly values: Float64Array; // row-major [n, features]
  /** The JSON pointer to a value in the body. */
  pointer(row: number, feature: string): string;
}

/** For whom rows are read, and how many at most. */
export interface RowsReader {
  readonly predictor: Predictor;
  readonly maxRows: number;
}

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** Makes room for rows, once it is known how many there are. */
export function allocate({ predictor, maxRows }: RowsReader, nRows: number): Float64Array {
  if (nRows > maxRows) throw new Problem('too_many_rows', `expected at most ${maxRows} rows, got ${nRows}`, '');
  return new Float64Array(nRows * predictor.featureNames.length);
}

/** Whether a value is a number of the interval that a feature accepts. */
export function accepts({ lowest, highest }: Interval, value: unknown): value is number {
  return typeof value === 'number' && value >= lowest && value <= highest;
}

/** The problem with a value that is not accepted. */
export function refuse({ lowest, highest }: Interval, value: unknown, pointer: string): Problem {
  const code = typeof value === 'number' ? 'out_of_range' : 'wrong_type';
  return new Problem(code, `expected a number from ${lowest} to ${highest}, got ${show(value)}`, pointer);
}

/**
 * Checks that the names, in any order, are those of the model's features.
 *
 * @param parent the pointer to what should hold a missing one
 * @param pointerOf the pointer to an unknown one
 */
export function expectFeatures(
  { featureNames }: Predictor,
  names: readonly string[],
  parent: string,
  pointerOf: (name: string, k: number) => string,
): void {
  if (names.length === featureNames.length && names.every((name, k) => name === featureNames[k])) return;
  const known = new Set(featureNames);
  const unknown = names.findIndex((name) => !known.has(name));
  if (unknown !== -1) {
    const detail = `expected one of ${featureNames.join(', ')}, got ${show(names[unknown])}`;
    throw new Problem('unknown_feature', detail, pointerOf(names[unknown], unknown));
  }
  const given = new Set(names);
  const missing = featureNames.find((name) => !given.has(name));
  if (missing !== undefined) throw new Problem('missing_feature', `expected the feature ${missing}, got none`, parent);
}

/** Whether a JSON value is an object, and no array. */
export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Checks that a body is an object. */
export function expectObject(body: unknown): Fields {
  if (isObject(body)) return body;
  if (body === undefined) throw new Problem('empty_body', 'expected JSON, got nothing', '');
  throw new Problem('wrong_type', `expected an object, got ${show(body)}`, '');
}

/** Names a JSON value in a message, shortened. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (isObject(value)) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
