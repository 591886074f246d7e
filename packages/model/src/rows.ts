import { InputError, show } from './errors.js';
import type { Interval } from './interval.js';

/** Refuses rows that scikit-learn refuses, and what is no row at all; nothing is ever coerced. */
export interface RowReader {
  /** Copies one row into `into`, and returns that. */
  readRow(row: ArrayLike<number>, into: Float64Array): Float64Array;
  /** The values of an object with one own property a feature, in the model's order and not checked. */
  orderRecord(record: Readonly<Record<string, number>>): number[];
  /** Checks rows laid end to end, and `out` or a new array as the place for one prediction a row. */
  checkBatch(rows: Float64Array, out?: Float64Array): Float64Array;
}

/** Makes the reader for these features. */
export function createRowReader(featureNames: readonly string[], accepted: readonly Interval[]): RowReader {
  const nFeatures = featureNames.length;
  // the first few: there may be thousands
  const names = featureNames.slice(0, 8).join(', ') + (nFeatures > 8 ? ', …' : '');
  const known = new Set(featureNames);
  // a magnitude that every feature accepts
  const bound = accepted.reduce(
    (least, { lowest, highest }) => Math.min(least, -lowest, highest),
    Number.POSITIVE_INFINITY,
  );

  function check(x: unknown, f: number, row?: number): number {
    const { lowest, highest } = accepted[f];
    const isNumber = typeof x === 'number';
    // NaN fails both comparisons
    if (isNumber && x >= lowest && x <= highest) return x;
    throw new InputError(
      isNumber ? 'out_of_range' : 'wrong_type',
      `expected a number from ${lowest} to ${highest}, got ${show(x)}`,
      featureNames[f],
      row,
    );
  }

  return {
    readRow(row, into) {
      const length: unknown = row?.length;
      if (length !== nFeatures) {
        const got = typeof length === 'number' ? length : show(row);
        throw new InputError('wrong_length', `expected ${nFeatures} numbers (${names}), got ${got}`);
      }
      let sum = 0;
      for (let f = 0; f < nFeatures; f++) {
        const x: unknown = row[f];
        into[f] = typeof x === 'number' ? x : Number.NaN;
        sum += Math.abs(into[f]);
      }
      for (let f = 0; !(sum <= bound) && f < nFeatures; f++) into[f] = check(row[f], f);
      return into;
    },

    orderRecord(record) {
      if (typeof record !== 'object' || record === null) {
        throw new InputError('wrong_type', `expected an object with ${names}, got ${show(record)}`);
      }
      const unknown = Object.keys(record).find((name) => !known.has(name));
      if (unknown !== undefined) {
        throw new InputError('unknown_feature', `expected one of ${names}, got an unknown feature`, unknown);
      }
      return featureNames.map((name) => {
        if (Object.hasOwn(record, name)) return record[name];
        throw new InputError('missing_feature', 'expected a number, got nothing', name);
      });
    },

    checkBatch(rows, out) {
      const n = countRows(rows, nFeatures, out);
      const sum = sumMagnitudes(rows);
      for (let k = 0; !(sum <= bound) && k < rows.length; k++) check(rows[k], k % nFeatures, Math.floor(k / nFeatures));
      return out ?? new Float64Array(n);
    },
  };
}

/**
 * Adds up magnitudes. A rounded sum of them is not less than any one: one comparison of it clears all values, where two a value
 * and a branch took 10 ns more a row of the shipped model.
 */
function sumMagnitudes(values: Float64Array): number {
  // from both ends, in two sums that do not wait for each other; one value in the middle may count twice
  let left = 0;
  let right = 0;
  for (let i = 0, j = values.length - 1; i <= j; i++, j--) {
    left += Math.abs(values[i]);
    right += Math.abs(values[j]);
  }
  return left + right;
}

/** Counts rows laid end to end, and checks that `out` is a place for one prediction a row, but not the values. */
export function countRows(rows: Float64Array, nFeatures: number, out?: Float64Array): number {
  expectFloat64Array(rows, 'rows');
  if (rows.length % nFeatures !== 0) {
    throw new InputError('wrong_length', `expected a multiple of ${nFeatures} numbers, got ${rows.length}`);
  }
  const n = rows.length / nFeatures;
  if (out !== undefined) expectOut(out, n, rows);
  return n;
}

function expectOut(out: Float64Array, n: number, rows: Float64Array): void {
  expectFloat64Array(out, 'out');
  if (out.length !== n) {
    throw new InputError('wrong_length', `expected an out of ${n} numbers, got ${out.length}`);
  }
  const apart =
    out.byteOffset >= rows.byteOffset + rows.byteLength || rows.byteOffset >= out.byteOffset + out.byteLength;
  if (out.buffer === rows.buffer && !apart) {
    throw new InputError('wrong_type', 'expected an out apart from the rows, got one that overlaps them');
  }
}

// by the tag and not by `instanceof`, which fails for an array of another realm
function expectFloat64Array(value: Float64Array, name: string): void {
  const tag = ArrayBuffer.isView(value) ? value[Symbol.toStringTag] : undefined;
  if (tag === 'Float64Array') return;
  throw new InputError('wrong_type', `expected ${name} as a Float64Array, got ${tag ?? show(value)}`);
}
