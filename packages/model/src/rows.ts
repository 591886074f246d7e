import { InputError, show } from './errors.js';
import type { Interval } from './interval.js';

/** Refuses rows that scikit-learn refuses, and what is no row at all; nothing is ever coerced. */
export interface RowReader {
  /** Copies one row into `into`, in the model's order, and returns that. */
  readRow(row: ArrayLike<number>, into: Float64Array): Float64Array;
  /** The same for an object with one own property a feature. */
  readRecord(record: Readonly<Record<string, number>>, into: Float64Array): Float64Array;
  /** Checks rows laid end to end, and `out` or a new array as the place for one prediction a row. */
  checkBatch(rows: Float64Array, out?: Float64Array): Float64Array;
}

/** Makes the reader for these features. */
export function createRowReader(featureNames: readonly string[], accepted: readonly Interval[]): RowReader {
  const nFeatures = featureNames.length;

  // what every feature accepts: two numbers to compare with, where there would be two to fetch for each value
  const low = accepted.reduce((low, { lowest }) => Math.max(low, lowest), Number.NEGATIVE_INFINITY);
  const high = accepted.reduce((high, { highest }) => Math.min(high, highest), Number.POSITIVE_INFINITY);

  function check(x: unknown, f: number): number {
    // NaN fails both comparisons
    if (typeof x === 'number' && x >= low && x <= high) return x;
    return checkClosely(x, f);
  }

  function checkClosely(x: unknown, f: number, row?: number): number {
    const { lowest, highest } = accepted[f];
    const isNumber = typeof x === 'number';
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
        throw new InputError(
          'wrong_length',
          `expected ${nFeatures} numbers (${featureNames.join(', ')}), got ${typeof length === 'number' ? length : show(row)}`,
        );
      }
      for (let f = 0; f < nFeatures; f++) into[f] = check(row[f], f);
      return into;
    },

    readRecord(record, into) {
      if (typeof record !== 'object' || record === null) {
        throw new InputError('wrong_type', `expected an object with ${featureNames.join(', ')}, got ${show(record)}`);
      }
      const names = Object.keys(record);
      const unknown = names.find((name) => !featureNames.includes(name));
      if (unknown !== undefined) {
        throw new InputError(
          'unknown_feature',
          `expected one of ${featureNames.join(', ')}, got an unknown feature`,
          unknown,
        );
      }
      featureNames.forEach((name, f) => {
        if (!Object.hasOwn(record, name))
          throw new InputError('missing_feature', 'expected a number, got nothing', name);
        into[f] = check(record[name], f);
      });
      return into;
    },

    checkBatch(rows, out) {
      const n = countRows(rows, nFeatures, out);
      for (let k = 0; k < rows.length; k++) {
        const x = rows[k];
        if (!(x >= low && x <= high)) checkClosely(x, k % nFeatures, Math.floor(k / nFeatures));
      }
      return out ?? new Float64Array(n);
    },
  };
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
