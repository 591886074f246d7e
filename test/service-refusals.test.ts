import t from 'tap';
import { build, post, servedModel } from './support/service.js';

const { predictor } = servedModel('housing');
const { lowest, highest } = predictor.accepted[1];
const row = { CHAS: 0, RM: 6.575, TAX: 296, PTRATIO: 15.3, B: 396.9, LSTAT: 4.98 };
const names = Object.keys(row);
const features = 'CHAS, RM, TAX, PTRATIO, B, LSTAT';
const interval = `expected a number from ${lowest} to ${highest}`;

/** A column dict of one row, with other columns for some. */
function columns(changes: Record<string, unknown>): Record<string, unknown> {
  return { ...Object.fromEntries(Object.entries(row).map(([name, x]) => [name, { 0: x }])), ...changes };
}

function lists(changes: Record<string, unknown>): Record<string, unknown> {
  return { ...Object.fromEntries(Object.entries(row).map(([name, x]) => [name, [x]])), ...changes };
}

function split(changes: Record<string, unknown>): Record<string, unknown> {
  return { columns: names, data: [Object.values(row)], ...changes };
}

/** The JSON of a body, with a text that JSON.stringify would not write in place of the string `?`. */
function raw(body: unknown, text: string): string {
  return JSON.stringify(body).replace('"?"', text);
}

const { RM: _, ...withoutRM } = row;
const { LSTAT: ___, ...withoutLast } = row;
const { RM: __, ...columnsWithoutRM } = columns({});
const deep = 100_000;

// [what is sent, status, code, pointer, detail]
const bodies: Record<string, [unknown, number, string, string | undefined, string | RegExp]> = {
  'no body': ['', 400, 'empty_body', '', 'body: expected JSON, got nothing'],
  'half an object': ['{"RM":', 400, 'malformed_json', '', 'body: expected JSON, got Unexpected end of JSON input'],
  'a NaN': [
    raw(columns({ RM: { 0: '?' } }), 'NaN'),
    400,
    'malformed_json',
    '',
    /^body: expected JSON, got Unexpected token/,
  ],
  'a number': ['6.5', 400, 'wrong_type', '', 'body: expected an object or an array, got 6.5'],
  'a text': ['"RM"', 400, 'wrong_type', '', 'body: expected an object or an array, got "RM"'],
  'null itself': ['null', 400, 'wrong_type', '', 'body: expected an object or an array, got null'],
  'an empty object': ['{}', 400, 'missing_feature', '', 'body: expected the feature CHAS, got none'],
  'an array of numbers': [[1, 2], 400, 'wrong_type', '/0', '/0: expected an object with one number a feature, got 1'],
  'an array of arrays': [
    [[1]],
    400,
    'wrong_type',
    '/0',
    '/0: expected an object with one number a feature, got an array of 1',
  ],
  'a missing column': [columnsWithoutRM, 400, 'missing_feature', '', 'body: expected the feature RM, got none'],
  'an unknown column': [
    columns({ AGE: { 0: 1 } }),
    400,
    'unknown_feature',
    '/AGE',
    `/AGE: expected one of ${features}, got "AGE"`,
  ],
  'a column named as a pointer is escaped': [columns({ '~a/b': {} }), 400, 'unknown_feature', '/~0a~1b', /^\/~0a~1b: /],
  'a __proto__ column': [
    raw({ ...columns({}), x: 1 }, '').replace('"x"', '"__proto__"'),
    400,
    'unknown_feature',
    '/__proto__',
    /got "__proto__"$/,
  ],
  'a constructor column': [
    columns({ constructor: { prototype: 1 } }),
    400,
    'unknown_feature',
    '/constructor',
    /got "constructor"$/,
  ],
  'a null': [columns({ RM: { 0: null } }), 400, 'wrong_type', '/RM/0', `/RM/0: ${interval}, got null`],
  'a numeric text': [columns({ RM: { 0: '6.5' } }), 400, 'wrong_type', '/RM/0', `/RM/0: ${interval}, got "6.5"`],
  'a boolean': [columns({ RM: { 0: true } }), 400, 'wrong_type', '/RM/0', `/RM/0: ${interval}, got true`],
  'a nested array': [
    columns({ RM: { 0: [6.5] } }),
    400,
    'wrong_type',
    '/RM/0',
    `/RM/0: ${interval}, got an array of 1`,
  ],
  'a nested object': [columns({ RM: { 0: {} } }), 400, 'wrong_type', '/RM/0', `/RM/0: ${interval}, got an object`],
  '1e400': [
    raw(columns({ RM: { 0: '?' } }), '1e400'),
    400,
    'out_of_range',
    '/RM/0',
    `/RM/0: ${interval}, got Infinity`,
  ],
  '-1e400': [
    raw(columns({ RM: { 0: '?' } }), '-1e400'),
    400,
    'out_of_range',
    '/RM/0',
    `/RM/0: ${interval}, got -Infinity`,
  ],
  'a value beyond the interval': [
    columns({ RM: { 0: 1e39 } }),
    400,
    'out_of_range',
    '/RM/0',
    `/RM/0: ${interval}, got 1e+39`,
  ],
  'a column that is a number': [
    columns({ CHAS: 1 }),
    400,
    'wrong_type',
    '/CHAS',
    '/CHAS: expected an object or an array of numbers, got 1',
  ],
  'a column of another kind': [
    columns({ RM: [6.5] }),
    400,
    'wrong_type',
    '/RM',
    '/RM: expected an object, as /CHAS is, got an array of 1',
  ],
  'a list among objects': [
    lists({ RM: { 0: 1 } }),
    400,
    'wrong_type',
    '/RM',
    '/RM: expected an array, as /CHAS is, got an object',
  ],
  'other labels': [
    columns({ RM: { 0: 1, 2: 1 } }),
    400,
    'wrong_labels',
    '/RM',
    '/RM: expected the same row labels as /CHAS ("0"), got "0", "2"',
  ],
  'as many labels, but others': [
    columns({ RM: { a: 1 } }),
    400,
    'wrong_labels',
    '/RM',
    '/RM: expected the same row labels as /CHAS ("0"), got "a"',
  ],
  'no labels where others have some': [
    columns({ RM: {} }),
    400,
    'wrong_labels',
    '/RM',
    '/RM: expected the same row labels as /CHAS ("0"), got none',
  ],
  'an inherited label': [
    columns({ CHAS: { toString: 0 }, RM: { x: 1 } }),
    400,
    'wrong_labels',
    '/RM',
    /^\/RM: expected the same row labels as \/CHAS \("toString"\)/,
  ],
  'lists of other lengths': [
    lists({ RM: [1, 2] }),
    400,
    'wrong_length',
    '/RM',
    '/RM: expected 1 numbers, as in /CHAS, got 2',
  ],
  'a null in a list': [lists({ RM: [null] }), 400, 'wrong_type', '/RM/0', `/RM/0: ${interval}, got null`],
  'a record without a feature': [
    [row, withoutRM],
    400,
    'missing_feature',
    '/1',
    '/1: expected the feature RM, got none',
  ],
  'a record without its last feature': [
    [row, withoutLast],
    400,
    'missing_feature',
    '/1',
    '/1: expected the feature LSTAT, got none',
  ],
  'a record of nothing': [[row, {}], 400, 'missing_feature', '/1', '/1: expected the feature CHAS, got none'],
  'a record with another': [
    [row, { ...row, AGE: 1 }],
    400,
    'unknown_feature',
    '/1/AGE',
    `/1/AGE: expected one of ${features}, got "AGE"`,
  ],
  'a record with another for one': [
    [{ ...withoutRM, AGE: 1 }],
    400,
    'unknown_feature',
    '/0/AGE',
    `/0/AGE: expected one of ${features}, got "AGE"`,
  ],
  'a null in a record': [[row, { ...row, RM: null }], 400, 'wrong_type', '/1/RM', `/1/RM: ${interval}, got null`],
  'an inherited feature': ['[{"__proto__":{"RM":1}}]', 400, 'unknown_feature', '/0/__proto__', /got "__proto__"$/],
  'columns that are no array': [
    split({ columns: 'RM' }),
    400,
    'wrong_type',
    '/columns',
    '/columns: expected an array of feature names, got "RM"',
  ],
  'a column name that is no text': [
    split({ columns: [1] }),
    400,
    'wrong_type',
    '/columns/0',
    '/columns/0: expected a feature name, got 1',
  ],
  'a column name twice': [
    split({ columns: ['RM', 'RM'] }),
    400,
    'wrong_type',
    '/columns/1',
    '/columns/1: expected a name not given before, got "RM"',
  ],
  'an unknown column name': [
    split({ columns: ['RM', 'AGE'] }),
    400,
    'unknown_feature',
    '/columns/1',
    `/columns/1: expected one of ${features}, got "AGE"`,
  ],
  'a column name too few': [
    split({ columns: ['RM'] }),
    400,
    'missing_feature',
    '/columns',
    '/columns: expected the feature CHAS, got none',
  ],
  'data that is no array': [
    split({ data: {} }),
    400,
    'wrong_type',
    '/data',
    '/data: expected an array of rows, got an object',
  ],
  'a data row that is no array': [
    split({ data: [row] }),
    400,
    'wrong_type',
    '/data/0',
    '/data/0: expected an array of 6 numbers, got an object',
  ],
  'a data row too short': [
    split({ data: [Object.values(row), [1]] }),
    400,
    'wrong_length',
    '/data/1',
    '/data/1: expected an array of 6 numbers, got an array of 1',
  ],
  'a data row too long': [
    split({ data: [[...Object.values(row), 1]] }),
    400,
    'wrong_length',
    '/data/0',
    '/data/0: expected an array of 6 numbers, got an array of 7',
  ],
  'a null in data': [
    split({ data: [[0, null, 296, 15.3, 396.9, 4.98]] }),
    400,
    'wrong_type',
    '/data/0/1',
    `/data/0/1: ${interval}, got null`,
  ],
  'another key beside data': [
    split({ RM: 1 }),
    400,
    'unknown_key',
    '/RM',
    '/RM: expected no key but columns, data, index',
  ],
  'arrays 100,000 deep': [
    '['.repeat(deep) + ']'.repeat(deep),
    400,
    'wrong_type',
    '/0',
    '/0: expected an object with one number a feature, got an array of 1',
  ],
  'objects 100,000 deep': [
    `${'{"RM":'.repeat(deep)}1${'}'.repeat(deep)}`,
    400,
    'missing_feature',
    '',
    'body: expected the feature CHAS, got none',
  ],
  // what looks each up in all before it takes minutes
  'a million names': [
    split({ columns: Array.from({ length: 1e6 }, (_, k) => `x${k}`) }),
    400,
    'unknown_feature',
    '/columns/0',
    /got "x0"$/,
  ],
  'a key of a megabyte is shortened, also in the pointer': [
    columns({ ['x'.repeat(1e6)]: {} }),
    400,
    'unknown_feature',
    `/${'x'.repeat(999)}…`,
    /^\/x{999}…: expected one of .*, got "x{39}…$/,
  ],
  'a long text is shortened': [columns({ RM: { 0: 'x'.repeat(1000) } }), 400, 'wrong_type', '/RM/0', /got "x{39}…$/],
};

for (const [what, [body, status, code, pointer, detail]] of Object.entries(bodies)) {
  t.test(`refuses ${what}`, async (t) => {
    const response = await post(build(t), '/predict', body);
    const document = response.json();
    t.equal(response.statusCode, status);
    t.match(response.headers['content-type'], /^application\/problem\+json/);
    t.match(document, { type: `/docs/problems/${code}`, title: /^.+$/, status, code, detail });
    t.equal(document.pointer, pointer);
    t.equal(document.requestId, response.headers['x-request-id']);
  });
}

// [request, status, code, detail, other headers]
type Sent = {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  url?: string;
  type?: string;
  encoding?: string;
  payload?: string | Buffer;
};
const requests: Record<string, [Sent, number, string, string | RegExp, Record<string, string>?]> = {
  'text/plain': [
    { type: 'text/plain', payload: '{}' },
    415,
    'unsupported_media_type',
    'content-type: expected application/json, got "text/plain"',
  ],
  'a body of no type': [
    { payload: '{}' },
    415,
    'unsupported_media_type',
    'content-type: expected application/json, got none',
  ],
  'a form': [
    { type: 'application/x-www-form-urlencoded', payload: 'RM=6' },
    415,
    'unsupported_media_type',
    'content-type: expected application/json, got "application/x-www-form-urlencoded"',
  ],
  'another charset': [
    { type: 'application/json; charset=latin1', payload: '{}' },
    415,
    'unsupported_media_type',
    'content-type: expected the charset utf-8, got "latin1"',
  ],
  'bytes that are not UTF-8': [
    { type: 'application/json', payload: Buffer.from([0x22, 0xff, 0x22]) },
    400,
    'malformed_json',
    'body: expected JSON, got bytes that are not UTF-8',
  ],
  'neither type nor body': [{}, 400, 'empty_body', 'body: expected JSON, got nothing'],
  'a body of another coding': [
    { type: 'application/json', encoding: 'br', payload: '{}' },
    415,
    'unsupported_encoding',
    'content-encoding: expected gzip or deflate, got "br"',
    { 'accept-encoding': 'gzip, deflate' },
  ],
  'an unknown path': [{ method: 'GET', url: '/nothing' }, 404, 'unknown_route', 'expected a known path, got /nothing'],
  'an unknown path, whatever it is sent': [
    { url: '/nothing', type: 'text/plain', payload: 'x' },
    404,
    'unknown_route',
    'expected a known path, got /nothing',
  ],
  'a path that is no URL': [
    { method: 'GET', url: '/%zz' },
    400,
    'malformed_request',
    'expected a percent-encoded path, got /%zz',
  ],
  'an unknown model': [
    { url: '/models/none/predict', type: 'application/json', payload: '{}' },
    404,
    'unknown_model',
    'expected one of housing, housing-flask, got "none"',
  ],
  'an unknown model by GET': [
    { method: 'GET', url: '/models/none' },
    404,
    'unknown_model',
    'expected one of housing, housing-flask, got "none"',
  ],
  'an unknown model of a long name': [
    { method: 'GET', url: `/models/${'x'.repeat(10_000)}` },
    404,
    'unknown_model',
    /^expected one of housing, housing-flask, got "x{39}…$/,
  ],
  'GET where POST is': [
    { method: 'GET', url: '/predict' },
    405,
    'method_not_allowed',
    'expected POST, got GET',
    { allow: 'POST' },
  ],
  'GET where POST is, of a model': [
    { method: 'GET', url: '/models/housing/predict' },
    405,
    'method_not_allowed',
    'expected POST, got GET',
    { allow: 'POST' },
  ],
  'PUT with a bad body': [
    { method: 'PUT', url: '/predict', type: 'text/plain', payload: 'x' },
    405,
    'method_not_allowed',
    'expected POST, got PUT',
    { allow: 'POST' },
  ],
  'POST to the home page': [
    { url: '/' },
    405,
    'method_not_allowed',
    'expected GET, HEAD, got POST',
    { allow: 'GET, HEAD' },
  ],
  'DELETE of the health': [
    { method: 'DELETE', url: '/health' },
    405,
    'method_not_allowed',
    'expected GET, HEAD, got DELETE',
    { allow: 'GET, HEAD' },
  ],
  'PATCH of the models': [
    { method: 'PATCH', url: '/models' },
    405,
    'method_not_allowed',
    'expected GET, HEAD, got PATCH',
    { allow: 'GET, HEAD' },
  ],
};

for (const [what, [sent, status, code, detail, headers]] of Object.entries(requests)) {
  t.test(`refuses ${what}`, async (t) => {
    const { method = 'POST', url = '/predict', type, encoding, payload } = sent;
    const response = await build(t).inject({
      method,
      url,
      ...(payload === undefined ? {} : { payload }),
      headers: {
        ...(type === undefined ? {} : { 'content-type': type }),
        ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
      },
    });
    t.equal(response.statusCode, status);
    t.match(response.headers, { 'content-type': /^application\/problem\+json/, ...headers });
    t.match(response.json(), { type: `/docs/problems/${code}`, title: /^.+$/, status, code, detail });
  });
}

t.test('what goes wrong inside is told to the log and not to the client', async (t) => {
  const served = servedModel('housing');
  const fail = () => {
    throw new Error('a secret');
  };
  const lines: string[] = [];
  const stream = { write: (line: string) => lines.push(line) };
  const app = build(t, {
    models: [{ ...served, predictor: { ...served.predictor, predict: fail, predictBatch: fail } }],
    logger: { stream },
  });
  const response = await post(app, '/predict', [row]);
  t.equal(response.statusCode, 500);
  t.match(response.json(), { code: 'internal_error', requestId: response.headers['x-request-id'] });
  t.notMatch(response.body, /secret|stack|\.js/);
  t.match(lines.join(''), /a secret/);
});

t.test('a value that only the model can refuse is told by where it is in the body', async (t) => {
  const app = build(t);
  const most = Number.MAX_VALUE;
  const sent: [unknown, string][] = [
    [
      columns({
        B: { 0: most, 1: most },
        ...Object.fromEntries(names.filter((name) => name !== 'B').map((name) => [name, { 0: 1, 1: 1 }])),
      }),
      '/B/0',
    ],
    [
      [
        { ...row, B: most },
        { ...row, B: most },
      ],
      '/0/B',
    ],
    [split({ columns: names.toReversed(), data: [[5, most, 15, 296, 6, 0], [5, most, 15, 296, 6, 0]] }), '/data/0/1'], // biome-ignore format: a row a bracket
    [Object.fromEntries(names.map((name) => [name, name === 'B' ? [most, most] : [1, 1]])), '/B/0'],
  ];
  for (const [body, pointer] of sent) {
    const response = await post(app, '/models/housing-flask/predict', body);
    const detail = `${pointer}: expected a number that can be scaled by this call's rows, got ${most}`;
    t.match(response.json(), { status: 400, code: 'out_of_range', pointer, detail });
  }
});
