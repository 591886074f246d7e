import type { Batch } from './batches.js';

/** How rows are asked about in one dialect, and how its answer is read. */
export interface Dialect {
  readonly name: string;
  /** Whether it asks any version of any model, or the default model alone. */
  readonly asks: 'version' | 'default';
  /** @param version as it stands behind the name of the model, where one is asked for */
  readonly path: (model: string, version: string) => string;
  readonly type?: string;
  readonly write: (names: readonly string[], rows: Batch['rows']) => string;
  /** Whether the body is compressed, and the answer may be. */
  readonly isCompressed?: boolean;
  /** What follows the text of a body, little-endian. */
  readonly binary?: (rows: Batch['rows']) => Float64Array;
  readonly read: (body: Buffer, jsonLength: number) => unknown;
}

const JSON_TYPE = 'application/json';
const predict = (model: string, version: string) => `/models/${model}${version}/predict`;
const infer = (model: string, version: string) => `/v2/models/${model}${version}/infer`;
const parse = (body: Buffer) => JSON.parse(body.toString());

export const dialects: readonly Dialect[] = [
  {
    name: 'predict, columns by label',
    asks: 'version',
    path: predict,
    type: JSON_TYPE,
    write: (names, rows) => JSON.stringify(columns(names, rows, (values) => ({ ...values }))),
    read: (body) => parse(body).prediction,
  },
  {
    name: 'predict, records',
    asks: 'version',
    path: predict,
    type: JSON_TYPE,
    write: (names, rows) => JSON.stringify(records(names, rows)),
    read: (body) => parse(body).prediction,
  },
  {
    name: 'predict, records, gzip',
    asks: 'version',
    path: predict,
    type: JSON_TYPE,
    isCompressed: true,
    write: (names, rows) => JSON.stringify(records(names, rows)),
    read: (body) => parse(body).prediction,
  },
  {
    name: 'predict, split',
    asks: 'version',
    path: predict,
    type: JSON_TYPE,
    write: (columns, data) => JSON.stringify({ columns, data }),
    read: (body) => parse(body).prediction,
  },
  {
    name: 'V2, JSON',
    asks: 'version',
    path: infer,
    type: JSON_TYPE,
    write: (names, rows) => JSON.stringify({ inputs: [{ ...matrix(names, rows), data: rows.flat() }] }),
    read: (body) => parse(body).outputs[0].data,
  },
  {
    name: 'V2, a tensor a feature',
    asks: 'version',
    path: infer,
    type: JSON_TYPE,
    write: (names, rows) => JSON.stringify({ inputs: tensors(names, rows) }),
    read: (body) => parse(body).outputs[0].data,
  },
  {
    name: 'V2, binary',
    asks: 'version',
    path: infer,
    write: (names, rows) => {
      const inputs = [{ ...matrix(names, rows), parameters: { binary_data_size: 8 * names.length * rows.length } }];
      return JSON.stringify({ inputs, parameters: { binary_data_output: true } });
    },
    binary: (rows) => Float64Array.from(rows.flat()),
    read: (body, jsonLength) => [...new Float64Array(Uint8Array.from(body.subarray(jsonLength)).buffer)],
  },
  {
    name: 'V1',
    asks: 'version',
    path: (model, version) => `/v1/models/${model}${version}:predict`,
    type: JSON_TYPE,
    write: (_names, instances) => JSON.stringify({ instances }),
    read: (body) => parse(body).predictions,
  },
  {
    name: 'MLflow, JSON',
    asks: 'default',
    path: () => '/invocations',
    type: JSON_TYPE,
    write: (names, rows) => JSON.stringify({ dataframe_records: records(names, rows) }),
    read: (body) => parse(body).predictions,
  },
  {
    name: 'MLflow, CSV',
    asks: 'default',
    path: () => '/invocations',
    type: 'text/csv',
    write: (names, rows) => [names, ...rows].join('\n'),
    read: (body) => parse(body).predictions,
  },
];

function columns<Column>(names: readonly string[], rows: Batch['rows'], make: (values: number[]) => Column) {
  return Object.fromEntries(names.map((name, f) => [name, make(rows.map((row) => row[f]))]));
}

function records(names: readonly string[], rows: Batch['rows']): Record<string, number>[] {
  return rows.map((row) => Object.fromEntries(names.map((name, f) => [name, row[f]])));
}

function matrix(names: readonly string[], rows: Batch['rows']): object {
  return { name: 'rows', shape: [rows.length, names.length], datatype: 'FP64' };
}

function tensors(names: readonly string[], rows: Batch['rows']): object[] {
  const shape = [rows.length];
  return names.map((name, f) => ({ name, shape, datatype: 'FP64', data: rows.map((row) => row[f]) }));
}
