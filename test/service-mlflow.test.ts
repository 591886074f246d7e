import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import t from 'tap';
import { build, post, servedModel } from './support/service.js';

const names = ['CHAS', 'RM', 'TAX', 'PTRATIO', 'B', 'LSTAT'];
const row = [0, 6.575, 296, 15.3, 396.9, 4.98];
const record = Object.fromEntries(names.map((name, f) => [name, row[f]]));
const predictions = [25.0021457871835, 25.0021457871835];
const url = '/invocations';
const { lowest, highest } = servedModel('housing').predictor.accepted[1];
const interval = `expected a number from ${lowest} to ${highest}`;

function postCsv(app: FastifyInstance, payload: string | Buffer, type = 'text/csv'): Promise<LightMyRequestResponse> {
  return app.inject({ method: 'POST', url, headers: { 'content-type': type }, payload });
}

t.test('a ping is answered by a newline, the version by its number', async (t) => {
  const app = build(t);
  const ping = await app.inject('/ping');
  t.equal(ping.statusCode, 200);
  t.equal(ping.body, '\n');
  // no JSON, which MLflow's own server says it is
  t.equal(ping.headers['content-type'], 'text/plain; charset=utf-8');
  const version = await app.inject('/version');
  t.equal(version.headers['content-type'], 'text/plain; charset=utf-8');
  t.equal(version.body, '1.0.0');
});

t.test('the rows come in any of the four keys', async (t) => {
  const app = build(t);
  const columns = Object.fromEntries(names.map((name, f) => [name, [row[f], row[f]]]));
  const bodies = {
    'a split frame': { dataframe_split: { columns: names, data: [row, row] } },
    'a split frame with an index, backwards': { dataframe_split: { index: [5, 6], columns: names.toReversed(), data: [row.toReversed(), row.toReversed()] } }, // biome-ignore format: a body a line
    'records of a frame': { dataframe_records: [record, record] },
    'instances that are arrays': { instances: [row, row] },
    'instances that are objects': { instances: [record, record] },
    'inputs by column': { inputs: columns },
    'inputs that are arrays': { inputs: [row, row] },
    'inputs that are objects': { inputs: [record, record] },
    'parameters beside them': { inputs: columns, params: { a: 1 } },
  };
  for (const [name, body] of Object.entries(bodies)) {
    const response = await post(app, url, body);
    t.equal(response.statusCode, 200, name);
    t.strictSame(response.json(), { predictions }, name);
  }
});

t.test('no rows, no predictions', async (t) => {
  const app = build(t);
  const none = { predictions: [] };
  t.strictSame((await post(app, url, { dataframe_split: { columns: names, data: [] } })).json(), none);
  for (const key of ['dataframe_records', 'instances', 'inputs'])
    t.strictSame((await post(app, url, { [key]: [] })).json(), none, key);
  t.strictSame((await postCsv(app, `${names}\n`)).json(), none);
});

t.test('CSV may have its columns in any order, an index, quotes, blanks and any line ends', async (t) => {
  const app = build(t);
  const files = {
    plain: `${names}\n${row}\n${row}\n`,
    'without a last line end': `${names}\n${row}\n${row}`,
    backwards: `${names.toReversed()}\n${row.toReversed()}\n${row.toReversed()}\n`,
    'with an index': `,${names}\n0,${row}\n1,${row}\n`,
    'of Windows': `\ufeff${names}\r\n${row}\r\n\r\n${row}\r\n`,
    'of several systems': `${names}\r\n${row}\n${row}\r\n`,
    'of old ones': `${names}\r${row}\r${row}\r`,
    quoted: `"${names.join('","')}"\n"${row.join('","')}"\n${row}\n`,
    'with blanks': `${names.join(', ')}\n ${row.join(' , ')}\n${row}\n`,
    'with exponents and signs': `${names}\n+0,6575e-3,2.96E+2,15.30,396.9,4.98\n-0.,6.575,296,15.3,396.9,4.98\n`,
  };
  for (const [name, file] of Object.entries(files)) {
    const response = await postCsv(app, file, 'text/csv; charset=utf-8');
    t.strictSame(response.json(), { predictions }, name);
  }
});

// [what is sent, code, pointer, detail]
const bodies: Record<string, [unknown, string, string, string]> = {
  'no body': ['', 'empty_body', '', 'body: expected JSON, got nothing'],
  'an array': ['[]', 'wrong_type', '', 'body: expected an object, got an array of 0'],
  'none of the keys': [
    { params: {} },
    'wrong_type',
    '',
    'body: expected exactly one of dataframe_split, dataframe_records, instances, inputs, got none',
  ],
  'two of the keys': [
    { inputs: [], instances: [] },
    'wrong_type',
    '',
    'body: expected exactly one of dataframe_split, dataframe_records, instances, inputs, got inputs, instances',
  ],
  'another key': [
    { inputs: [], columns: [] },
    'unknown_key',
    '/columns',
    '/columns: expected exactly one of dataframe_split, dataframe_records, instances, inputs, got "columns"',
  ],
  'a frame that is none': [
    { dataframe_split: [] },
    'wrong_type',
    '/dataframe_split',
    '/dataframe_split: expected an object, got an array of 0',
  ],
  'a key of a frame': [
    { dataframe_split: { columns: names, data: [], dtypes: 1 } },
    'unknown_key',
    '/dataframe_split/dtypes',
    '/dataframe_split/dtypes: expected no key but columns, data, index',
  ],
  'a column twice': [
    { dataframe_split: { columns: [...names, 'RM'], data: [] } },
    'wrong_type',
    '/dataframe_split/columns/6',
    '/dataframe_split/columns/6: expected a name not given before, got "RM"',
  ],
  'a null in a frame': [
    { dataframe_split: { columns: names, data: [row, row.with(1, null as never)] } },
    'wrong_type',
    '/dataframe_split/data/1/1',
    `/dataframe_split/data/1/1: ${interval}, got null`,
  ],
  'records that are none': [
    { dataframe_records: {} },
    'wrong_type',
    '/dataframe_records',
    '/dataframe_records: expected an array, got an object',
  ],
  'a record without a feature': [
    { dataframe_records: [record, { CHAS: 1 }] },
    'missing_feature',
    '/dataframe_records/1',
    '/dataframe_records/1: expected the feature RM, got none',
  ],
  'a text in a record': [
    { dataframe_records: [{ ...record, RM: '6' }] },
    'wrong_type',
    '/dataframe_records/0/RM',
    `/dataframe_records/0/RM: ${interval}, got "6"`,
  ],
  'a record among arrays': [
    { instances: [row, record] },
    'wrong_type',
    '/instances/1',
    '/instances/1: expected an array of 6 numbers, got an object',
  ],
  'a short array': [
    { inputs: [[1]] },
    'wrong_length',
    '/inputs/0',
    '/inputs/0: expected an array of 6 numbers, got an array of 1',
  ],
  'inputs that are none': [{ inputs: 1 }, 'wrong_type', '/inputs', '/inputs: expected an array of rows, got 1'],
  'a column that is a number': [
    { inputs: { ...record } },
    'wrong_type',
    '/inputs/CHAS',
    '/inputs/CHAS: expected an object or an array of numbers, got 0',
  ],
};

t.test('JSON that is not as it should be is refused, where and why, and as MLflow does', async (t) => {
  const app = build(t);
  for (const [name, [body, code, pointer, detail]] of Object.entries(bodies)) {
    const response = await post(app, url, body);
    t.equal(response.statusCode, 400, name);
    t.match(response.json(), { code, pointer, detail, error_code: 'BAD_REQUEST', message: detail }, name);
  }
});

// [what is sent, code, pointer, detail]
const files: Record<string, [string | Buffer, string, string, string | RegExp]> = {
  'no bytes': ['', 'empty_body', '', 'body: expected CSV with a header row, got nothing'],
  'blank lines': ['\n\n', 'empty_body', '', 'body: expected CSV with a header row, got nothing'],
  'bytes that are not UTF-8': [
    Buffer.from([0xff]),
    'malformed_csv',
    '',
    'body: expected CSV, got bytes that are not UTF-8',
  ],
  'a quote that does not end': [`${names}\n"0`, 'malformed_csv', '', /^body: expected CSV, got Quote Not Closed/],
  'a line without end': [
    `${names}\n${'1'.repeat(2 ** 20 + 2)}`,
    'malformed_csv',
    '',
    /^body: expected CSV, got Max Record/,
  ],
  'an unknown column': [
    'AGE\n1\n',
    'unknown_feature',
    '/dataframe_split/columns/0',
    '/dataframe_split/columns/0: expected one of CHAS, RM, TAX, PTRATIO, B, LSTAT, got "AGE"',
  ],
  'a missing column': [
    'RM,TAX\n1,2\n',
    'missing_feature',
    '/dataframe_split/columns',
    '/dataframe_split/columns: expected the feature CHAS, got none',
  ],
  'a short row': [
    `${names}\n${row}\n1,2\n`,
    'wrong_length',
    '/dataframe_split/data/1',
    '/dataframe_split/data/1: expected an array of 6 numbers, got an array of 2',
  ],
};
for (const text of ['', 'NaN', 'inf', '0x10', '1_0', '1,5', 'True', '1e', '.', '- 1']) {
  files[`the field ${text}`] = [
    `${names}\n0,"${text}",296,15.3,396.9,4.98\n`,
    'wrong_type',
    '/dataframe_split/data/0/1',
    `/dataframe_split/data/0/1: ${interval}, got "${text}"`,
  ];
}

t.test('CSV that is not as it should be is refused, where and why', async (t) => {
  const app = build(t);
  for (const [name, [file, code, pointer, detail]] of Object.entries(files)) {
    const response = await postCsv(app, file);
    t.equal(response.statusCode, 400, name);
    t.match(response.json(), { code, pointer, detail, error_code: 'BAD_REQUEST' }, name);
  }
});

t.test('a number beyond all doubles is refused', async (t) => {
  const problem = (await postCsv(build(t), `${names}\n0,1e400,296,15.3,396.9,4.98\n`)).json();
  t.match(problem, { code: 'out_of_range', detail: `/dataframe_split/data/0/1: ${interval}, got Infinity` });
});

t.test('too many rows are refused, and those beyond are not read', async (t) => {
  const problem = (await postCsv(build(t, { maxRows: 2 }), `${names}\n${`${row}\n`.repeat(3)}`)).json();
  t.match(problem, { status: 413, code: 'too_many_rows', detail: 'body: expected at most 2 rows, got 3' });
  const commas = (await postCsv(build(t, { maxRows: 2 }), `${names}\n${','.repeat(16)}`)).json();
  t.match(commas, {
    status: 413,
    code: 'too_many_rows',
    detail: "body: expected at most 2 rows of the model's columns, got 21 commas",
  });
});

t.test('as many rows as are taken may have an index', async (t) => {
  const file = `,${names}\n0,${row}\n1,${row}\n`;
  t.strictSame((await postCsv(build(t, { maxRows: 2 }), file)).json(), { predictions });
});

t.test('rows beyond those that are too many are not read', async (t) => {
  const file = `${names}\n${'0,6.575,296,15.3,396.9,4.98\n'.repeat(3)}"`;
  t.match((await postCsv(build(t, { maxRows: 2 }), file)).json(), { code: 'too_many_rows' });
});

t.test('rows behind the first of another length are not read', async (t) => {
  const file = `${names}\n1\n"`;
  t.match((await postCsv(build(t), file)).json(), { code: 'wrong_length', pointer: '/dataframe_split/data/0' });
});

t.test('other types, charsets, routes and failures carry what clients of MLflow read', async (t) => {
  const app = build(t);
  t.match((await postCsv(app, '', 'text/plain')).json(), {
    status: 415,
    error_code: 'BAD_REQUEST',
    message: 'content-type: expected application/json or text/csv, got "text/plain"',
  });
  for (const type of ['text/csv', 'application/json'])
    t.match((await postCsv(app, '{}', `${type}; charset=latin1`)).json(), {
      status: 415,
      message: 'content-type: expected the charset utf-8, got "latin1"',
    });
  t.match((await app.inject(url)).json(), {
    status: 405,
    error_code: 'BAD_REQUEST',
    message: 'expected POST, got GET',
  });
  const predictor = {
    ...servedModel('housing').predictor,
    predict(): number {
      throw new Error('secret');
    },
  };
  const failing = build(t, { models: [{ ...servedModel('housing'), predictor }] });
  t.match((await post(failing, url, { inputs: [row] })).json(), { status: 500, error_code: 'INTERNAL_ERROR' });
});
