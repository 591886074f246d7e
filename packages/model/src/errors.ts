/** Why a model document is refused. */
export type ModelFormatCode =
  | 'wrong_type' // another JSON type, or a number that is not finite or not whole
  | 'missing_key'
  | 'unknown_key'
  | 'wrong_length'
  | 'out_of_range'
  | 'unsupported' // a format, version, kind or rule that this reader does not know
  | 'not_a_tree' // a node without a parent, or with two
  | 'not_verified'; // a golden row has another prediction than the document says

/** Why a row is refused. */
export type InputCode = 'wrong_type' | 'wrong_length' | 'missing_feature' | 'unknown_feature' | 'out_of_range';

/** A model document that cannot be evaluated exactly and safely. The message is `path: expected what, got what`. */
export class ModelFormatError extends Error {
  override readonly name = 'ModelFormatError';
  readonly code: ModelFormatCode;
  /** Where, in JavaScript's notation, such as `trees[3].children_left[1]`; empty for the document itself. */
  readonly path: string;

  constructor(code: ModelFormatCode, path: string, problem: string) {
    super(`${path || 'document'}: ${problem}`);
    this.code = code;
    this.path = path;
  }
}

/** A row that scikit-learn refuses, or that is not a row. The message is `path: expected what, got what`. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly code: InputCode;
  /** The feature at fault, or undefined where the fault is the row's. */
  readonly feature: string | undefined;
  /** The row at fault in a batch, counted from 0. */
  readonly row: number | undefined;
  /** The message without its path. */
  readonly problem: string;

  constructor(code: InputCode, problem: string, feature?: string, row?: number) {
    super(`${inputPath(feature, row)}: ${problem}`);
    this.code = code;
    this.feature = feature;
    this.row = row;
    this.problem = problem;
  }
}

function inputPath(feature = 'row', row?: number): string {
  return row === undefined ? feature : `rows[${row}].${feature}`;
}

/** Names a value in an error message: short, on one line, and safe for values of any kind. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  if (Object.is(value, -0)) return '-0';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'function') return 'a function';
  return shorten(String(value));
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
