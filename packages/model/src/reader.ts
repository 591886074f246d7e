import { ModelFormatError, show } from './errors.js';

/** Reads unknown JSON piece by piece; each function refuses what is not as asked, with the path where it stands. */

export type Fields = Readonly<Record<string, unknown>>;

/** An object, whatever its keys. */
export function fields(value: unknown, path: string): Fields {
  if (isObject(value)) return value;
  throw new ModelFormatError('wrong_type', path, `expected an object, got ${show(value)}`);
}

/** An object with all of the keys, and no others but the optional ones. */
export function object(
  value: unknown,
  path: string,
  keys: readonly string[],
  optional: readonly string[] = [],
): Fields {
  const found = fields(value, path);
  const missing = keys.find((key) => !Object.hasOwn(found, key));
  if (missing !== undefined) {
    throw new ModelFormatError('missing_key', path, `expected the key ${show(missing)}, got none`);
  }
  const own = Object.keys(found);
  if (own.length === keys.length) return found;
  const unknown = own.find((key) => !keys.includes(key) && !optional.includes(key));
  if (unknown !== undefined) {
    throw new ModelFormatError(
      'unknown_key',
      path,
      `expected no key but ${[...keys, ...optional].join(', ')}, got ${show(unknown)}`,
    );
  }
  return found;
}

/** The one value that this reader knows. */
export function literal(value: unknown, path: string, expected: string | number): void {
  if (value === expected) return;
  throw new ModelFormatError('unsupported', path, `expected ${show(expected)}, got ${show(value)}`);
}

/** A string of at least one character. */
export function text(value: unknown, path: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new ModelFormatError('wrong_type', path, `expected a text, got ${show(value)}`);
}

/** A finite number. */
export function number(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new ModelFormatError('wrong_type', path, `expected a finite number, got ${show(value)}`);
}

/** A whole number that is not negative. */
export function count(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new ModelFormatError('wrong_type', path, `expected a whole number from 0, got ${show(value)}`);
}

/** An array; without a length, of at least one element. */
export function array(value: unknown, path: string, length?: number): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw new ModelFormatError('wrong_type', path, `expected an array, got ${show(value)}`);
  }
  if (length === undefined ? value.length === 0 : value.length !== length) {
    const expected = length === undefined ? 'at least one element' : `${length} elements`;
    throw new ModelFormatError('wrong_length', path, `expected ${expected}, got ${value.length}`);
  }
  return value;
}

/** An array of finite numbers. */
export function numbers(value: unknown, path: string, length?: number): readonly number[] {
  const found = array(value, path, length);
  // one by one only to name the first that is none: a path for each of 30,000 numbers would slow every start
  return areNumbers(found, found.length) ? found : each(found, path, number);
}

/** Whether it is what {@link numbers} accepts. */
export function areNumbers(value: unknown, length: number): value is readonly number[] {
  // `every` passes over the holes of a sparse array, but takes two thirds of the time of a loop that is not compiled yet
  return Array.isArray(value) && value.length === length && !value.includes(undefined) && value.every(Number.isFinite);
}

/** An array whose elements are all read by one function. */
export function each<T>(
  value: unknown,
  path: string,
  readElement: (element: unknown, path: string) => T,
  length?: number,
): T[] {
  const found = array(value, path, length);
  const elements: T[] = [];
  // not `map`, which passes over the holes of a sparse array
  for (let i = 0; i < found.length; i++) elements.push(readElement(found[i], `${path}[${i}]`));
  return elements;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
