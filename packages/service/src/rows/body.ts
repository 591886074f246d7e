import type { Table } from '../schemas.js';
import { readColumns } from './columns.js';
import { readRecords } from './records.js';
import type { Rows, RowsReader } from './rows.js';
import { isSplit, readSplit } from './split.js';

/**
 * Reads the rows of a request body, in whichever of its shapes it comes.
 *
 * @throws {@link Problem} at the first value that is not as it should be; nothing is coerced
 */
export function readBody(body: Table, reader: RowsReader): Rows {
  if (Array.isArray(body)) return readRecords(body, reader);
  if (isSplit(body, reader.predictor.featureNames)) return readSplit(body, reader);
  return readColumns(body, reader);
}
