import { CsvError, parse } from 'csv-parse/sync';
import { Problem, shorten } from '../problem.js';
import type { RowsReader } from './rows.js';

/** A CSV file, in the shape of `DataFrame.to_dict('split')`. */
export interface Split {
  readonly columns: readonly string[];
  readonly data: readonly (string | number)[][];
}

const COMMA = 0x2c;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses CSV with a header row. A first column without a name is pandas' index, and left aside.
 *
 * @throws {@link Problem} `malformed_csv`, `empty_body` or, for more than the reader takes, `too_many_rows`
 */
export function parseCsv(body: Uint8Array, reader: RowsReader): Split {
  expectFewFields(body, reader);
  // one row more than are taken tells that there are too many
  const [columns, ...data] = parseRecords(body, reader.maxRows + 2);
  if (columns === undefined) throw new Problem('empty_body', 'expected CSV with a header row, got nothing', '');
  const skipped = columns[0] === '' ? 1 : 0;
  return { columns: columns.slice(skipped), data: data.map((row) => row.slice(skipped).map(toNumber)) };
}

// the parser takes a microsecond a field, also where all are of one record
function expectFewFields(body: Uint8Array, { predictor, maxRows }: RowsReader): void {
  const most = (maxRows + 1) * (predictor.featureNames.length + 1);
  let nCommas = 0;
  for (let k = 0; k < body.length; k++) if (body[k] === COMMA) nCommas++;
  if (nCommas < most) return;
  const detail = `expected at most ${maxRows} rows of the model's columns, got ${nCommas} commas`;
  throw new Problem('too_many_rows', detail, '');
}

function parseRecords(body: Uint8Array, to: number): string[][] {
  try {
    return parseText(utf8.decode(body), to);
  } catch (error) {
    const reason = error instanceof CsvError ? shorten(error.message) : 'bytes that are not UTF-8';
    throw new Problem('malformed_csv', `expected CSV, got ${reason}`, '');
  }
}

function parseText(text: string, to: number): string[][] {
  try {
    return parse(text, { ...options, to });
  } catch (error) {
    if (!(error instanceof CsvError) || error.code !== 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH') throw error;
    // how many columns there are is for the model to say: the first record of another length is refused by its place
    return parse(text, { ...options, to: Number(error.records) + 1, relax_column_count: true });
  }
}

const options = {
  // any at each line: by default the first one tells for all, and others become part of a field
  record_delimiter: ['\r\n', '\n', '\r'],
  trim: true,
  skip_empty_lines: true,
  // none may fill the memory
  max_record_size: 2 ** 20,
};

/** The number that a field is; a field that is none stays as it is, to be refused by its place. */
function toNumber(field: string): string | number {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(field) ? Number(field) : field;
}
