import { createPredictor, parseModel } from '@housing/model';
import t from 'tap';
import { document, stump } from './support/documents.js';
import { build, post, servedModel } from './support/service.js';

const names = ['CHAS', 'RM', 'TAX', 'PTRATIO', 'B', 'LSTAT'];
const row = [0, 6.575, 296, 15.3, 396.9, 4.98];
const prediction = 25.0021457871835;
const infer = '/v2/models/housing/infer';
const { lowest, highest } = servedModel('housing').predictor.accepted[1];
const interval = `expected a number from ${lowest} to ${highest}`;

type Fields = Record<string, unknown>;

/** One tensor with a row a request row. */
function matrix(changes: Fields = {}): Fields {
  return { name: 'input-0', shape: [1, 6], datatype: 'FP64', data: row, ...changes };
}

/** A tensor a feature, of one row, with other keys for some. */
function features(changes: Record<string, Fields> = {}): Fields[] {
  return names.map((name, f) => ({ name, shape: [1], datatype: 'FP64', data: [row[f]], ...changes[name] }));
}

t.test('the health routes need no model to be named', async (t) => {
  const app = build(t);
  t.strictSame((await app.inject('/v2/health/live')).json(), { live: true });
  t.strictSame((await app.inject('/v2/health/ready')).json(), { ready: true, live: true });
});

t.test('the server is described at /v2, with a slash and without', async (t) => {
  const app = build(t);
  for (const url of ['/v2', '/v2/']) {
    t.strictSame((await app.inject(url)).json(), {
      name: 'housing',
      version: '1.0.0',
      extensions: ['binary_tensor_data'],
    });
  }
});

t.test('a model is described as a tensor a feature, with a version and without', async (t) => {
  const app = build(t);
  for (const url of ['/v2/models/housing', '/v2/models/housing/versions/1']) {
    t.strictSame((await app.inject(url)).json(), {
      name: 'housing',
      versions: ['1'],
      platform: 'sklearn_housing-model',
      inputs: names.map((name) => ({ name, datatype: 'FP64', shape: [-1] })),
      outputs: [{ name: 'predict', datatype: 'FP64', shape: [-1] }],
    });
    t.strictSame((await app.inject(`${url}/ready`)).json(), { name: 'housing', ready: true });
  }
});

t.test('all models are listed, by GET and by POST, which may ask for the ready ones', async (t) => {
  const app = build(t);
  const index = ['housing', 'housing-flask'].map((name) => ({ name, version: '1', state: 'READY', reason: '' }));
  t.strictSame((await app.inject('/v2/models')).json(), index);
  t.strictSame((await app.inject({ method: 'POST', url: '/v2/repository/index' })).json(), index);
  for (const body of ['', '{}', '{"ready":false}', '{"ready":true}'])
    t.strictSame((await post(app, '/v2/repository/index', body)).json(), index, body);
});

t.test('a prediction is a tensor, and its model and version are named', async (t) => {
  const app = build(t);
  for (const url of [infer, '/v2/models/housing/versions/1/infer']) {
    const response = await post(app, url, { id: 'a', inputs: [matrix()] });
    t.equal(response.statusCode, 200);
    t.strictSame(response.json(), {
      model_name: 'housing',
      model_version: '1',
      id: 'a',
      outputs: [{ name: 'predict', datatype: 'FP64', shape: [1], data: [prediction] }],
    });
  }
});

t.test('an id is made where none is sent', async (t) => {
  const app = build(t);
  for (const id of [undefined, null]) {
    const response = await post(app, infer, { id, inputs: [matrix()] });
    t.match(response.json().id, /^[\da-f-]{36}$/);
    t.equal(response.json().id, response.headers['x-request-id']);
  }
});

t.test('the rows come as a matrix or a tensor a feature, in any order, flat or nested', async (t) => {
  const app = build(t);
  const bodies = {
    'a flat matrix': [matrix({ shape: [2, 6], data: [...row, ...row] })],
    'a nested matrix': [matrix({ shape: [2, 6], data: [row, row] })],
    'columns, backwards': features().reverse().map((tensor) => ({ ...tensor, shape: [2], data: [tensor.data, tensor.data].flat() })), // biome-ignore format: a body a line
    'columns of one column': features().map((tensor) => ({ ...tensor, shape: [2, 1], data: [tensor.data, tensor.data].flat() })), // biome-ignore format: a body a line
    'columns of one column, nested': features().map((tensor) => ({ ...tensor, shape: [2, 1], data: [tensor.data, tensor.data] })), // biome-ignore format: a body a line
  };
  for (const [name, inputs] of Object.entries(bodies)) {
    const { outputs } = (await post(app, infer, { inputs })).json();
    t.strictSame(outputs, [{ name: 'predict', datatype: 'FP64', shape: [2], data: [prediction, prediction] }], name);
  }
});

t.test('no rows, no predictions', async (t) => {
  const app = build(t);
  for (const inputs of [
    [matrix({ shape: [0, 6], data: [] })],
    features().map((tensor) => ({ ...tensor, shape: [0], data: [] })),
    features().map((tensor) => ({ ...tensor, shape: [0, 1], data: [] })),
  ]) {
    t.strictSame((await post(app, infer, { inputs })).json().outputs, [
      { name: 'predict', datatype: 'FP64', shape: [0], data: [] },
    ]);
  }
});

t.test('what the service knows no meaning of is left aside', async (t) => {
  const body = {
    model_name: 'housing',
    parameters: { content_type: 'np' },
    inputs: [matrix({ parameters: { content_type: 'np' } })],
    outputs: [{ name: 'predict', parameters: { content_type: 'np' } }],
  };
  t.strictSame((await post(build(t), infer, body)).json().outputs[0].data, [prediction]);
});

t.test('every datatype is widened to double', async (t) => {
  const app = build(t);
  const values: Record<string, [unknown, number]> = {
    FP64: [0.1, 0.1],
    FP32: [0.1, Math.fround(0.1)],
    INT8: [-128, -128],
    INT16: [-32768, -32768],
    INT32: [-(2 ** 31), -(2 ** 31)],
    INT64: [Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
    UINT8: [255, 255],
    UINT16: [65535, 65535],
    UINT32: [2 ** 32 - 1, 2 ** 32 - 1],
    UINT64: [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    BOOL: [true, 1],
  };
  // what the model is given comes back
  for (const [datatype, [sent, double]] of Object.entries(values)) {
    const served = servedModel('housing');
    const predictor = { ...served.predictor, predict: (row: ArrayLike<number>) => row[1] };
    const spied = build(t, { models: [{ ...served, predictor }] });
    const inputs = features({ RM: { datatype, data: [sent] } });
    t.strictSame((await post(spied, infer, { inputs })).json().outputs[0].data, [double], datatype);
    t.equal((await post(app, infer, { inputs })).statusCode, 200, datatype);
  }
});

t.test('a value that float32 has no number for is refused', async (t) => {
  const inputs = [matrix({ datatype: 'FP32', data: row.with(4, 3.5e38) })];
  t.match((await post(build(t), infer, { inputs })).json(), { code: 'out_of_range', pointer: '/inputs/0/data/4' });
});

t.test('a request that only the model can refuse is told where', async (t) => {
  const app = build(t);
  const huge = row.with(4, Number.MAX_VALUE);
  const where: Record<string, Fields[]> = {
    '/inputs/0/data/4': [matrix({ shape: [2, 6], data: [...huge, ...huge] })],
    '/inputs/0/data/0/4': [matrix({ shape: [2, 6], data: [huge, huge] })],
    '/inputs/4/data/0': names.map((name, f) => ({ name, datatype: 'FP64', shape: [2], data: [huge[f], huge[f]] })),
  };
  for (const [pointer, inputs] of Object.entries(where)) {
    const response = await post(app, '/v2/models/housing-flask/infer', { inputs });
    t.match(response.json(), { status: 400, code: 'out_of_range', pointer });
  }
});

t.test('a model of one feature takes it by its name or by any other', async (t) => {
  const { feature_names: _, ...rest } = document();
  const model = parseModel({
    ...rest,
    feature_names: ['a'],
    scaler: { fit: 'training', mean: [1], scale: [2] },
    trees: [stump(0, 0, -2, 2)],
    golden: { rows: [[1]], predictions: [9] },
    training: undefined,
  });
  const app = build(t, { models: [{ ...servedModel('housing'), model, predictor: createPredictor(model) }] });
  for (const name of ['a', 'b']) {
    const inputs = [{ name, shape: [1, 1], datatype: 'FP64', data: [[1]] }];
    t.strictSame((await post(app, infer, { inputs })).json().outputs[0].data, [9]);
  }
});

// [what is sent, code, pointer, detail]
const bodies: Record<string, [unknown, string, string, string | RegExp]> = {
  'no body': ['', 'empty_body', '', 'body: expected JSON, got nothing'],
  'half an object': ['{"inputs":', 'malformed_json', '', 'body: expected JSON, got Unexpected end of JSON input'],
  'an array': ['[]', 'wrong_type', '', 'body: expected an object, got an array of 0'],
  'no inputs': [{}, 'wrong_type', '/inputs', '/inputs: expected an array of tensors, got undefined'],
  'none of the inputs': [{ inputs: [] }, 'missing_feature', '/inputs', '/inputs: expected the feature CHAS, got none'],
  'an id that is a number': [{ id: 1, inputs: [matrix()] }, 'wrong_type', '/id', '/id: expected a string, got 1'],
  'parameters that are none': [
    { parameters: [], inputs: [matrix()] },
    'wrong_type',
    '/parameters',
    '/parameters: expected an object, got an array of 0',
  ],
  'a flag that is none': [
    { parameters: { binary_data_output: 1 }, inputs: [matrix()] },
    'wrong_type',
    '/parameters/binary_data_output',
    '/parameters/binary_data_output: expected true or false, got 1',
  ],
  'an input that is none': [{ inputs: [1] }, 'wrong_type', '/inputs/0', '/inputs/0: expected a tensor, got 1'],
  'a tensor without a name': [
    { inputs: [matrix({ name: undefined })] },
    'wrong_type',
    '/inputs/0/name',
    '/inputs/0/name: expected a name, got undefined',
  ],
  'a datatype of text': [
    { inputs: [matrix({ datatype: 'BYTES' })] },
    'wrong_type',
    '/inputs/0/datatype',
    '/inputs/0/datatype: expected one of FP64, FP32, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, BOOL, got "BYTES"',
  ],
  'a datatype in an array': [
    { inputs: [matrix({ datatype: ['FP64'] })] },
    'wrong_type',
    '/inputs/0/datatype',
    '/inputs/0/datatype: expected one of FP64, FP32, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, BOOL, got an array of 1',
  ],
  'a tensor without a shape': [
    { inputs: [matrix({ shape: undefined })] },
    'wrong_type',
    '/inputs/0/shape',
    '/inputs/0/shape: expected one dimension or two, got undefined',
  ],
  'a shape of three dimensions': [
    { inputs: [matrix({ shape: [1, 1, 6] })] },
    'wrong_type',
    '/inputs/0/shape',
    '/inputs/0/shape: expected one dimension or two, got an array of 3',
  ],
  'a negative dimension': [
    { inputs: [matrix({ shape: [-1, 6] })] },
    'wrong_type',
    '/inputs/0/shape/0',
    '/inputs/0/shape/0: expected a whole number from 0 to 9007199254740991, got -1',
  ],
  'a dimension that is a text': [
    { inputs: [matrix({ shape: [1, '6'] })] },
    'wrong_type',
    '/inputs/0/shape/1',
    '/inputs/0/shape/1: expected a whole number from 0 to 9007199254740991, got "6"',
  ],
  'a tensor without data': [
    { inputs: [matrix({ data: undefined })] },
    'wrong_type',
    '/inputs/0/data',
    '/inputs/0/data: expected an array, got undefined',
  ],
  'fewer elements than the shape says': [
    { inputs: [matrix({ shape: [2, 6] })] },
    'wrong_length',
    '/inputs/0/data',
    '/inputs/0/data: expected 12 elements for the shape [2, 6], got 6',
  ],
  'a shape that no memory holds': [
    { inputs: [matrix({ shape: [2 ** 50, 6] })] },
    'wrong_length',
    '/inputs/0/data',
    `/inputs/0/data: expected ${2 ** 50 * 6} elements for the shape [${2 ** 50}, 6], got 6`,
  ],
  'fewer rows than the shape says': [
    { inputs: [matrix({ shape: [2, 6], data: [row] })] },
    'wrong_length',
    '/inputs/0/data',
    '/inputs/0/data: expected 2 rows for the shape [2, 6], got 1',
  ],
  'a short row': [
    { inputs: [matrix({ shape: [2, 6], data: [row, [1]] })] },
    'wrong_length',
    '/inputs/0/data/1',
    '/inputs/0/data/1: expected 6 elements a row for the shape [2, 6], got 1',
  ],
  'a row that is none': [
    { inputs: [matrix({ shape: [2, 6], data: [row, 1] })] },
    'wrong_type',
    '/inputs/0/data/1',
    '/inputs/0/data/1: expected an array, got 1',
  ],
  'a row among elements': [
    { inputs: [matrix({ data: [1, [2], 3, 4, 5, 6] })] },
    'wrong_type',
    '/inputs/0/data/1',
    '/inputs/0/data/1: expected a number, got an array of 1',
  ],
  'another number of columns': [
    { inputs: [matrix({ shape: [1, 5], data: row.slice(1) })] },
    'wrong_length',
    '/inputs/0/shape',
    '/inputs/0/shape: expected [n, 6], got [1, 5]',
  ],
  'a matrix of one dimension': [
    { inputs: [matrix({ shape: [6] })] },
    'wrong_length',
    '/inputs/0/shape',
    '/inputs/0/shape: expected [n, 6], got [6]',
  ],
  'a matrix named as a feature': [
    { inputs: [matrix({ name: 'RM' })] },
    'missing_feature',
    '/inputs',
    '/inputs: expected the feature CHAS, got none',
  ],
  'a missing feature': [
    { inputs: features().filter(({ name }) => name !== 'RM') },
    'missing_feature',
    '/inputs',
    '/inputs: expected the feature RM, got none',
  ],
  'a matrix among columns': [
    { inputs: [...features(), matrix()] },
    'unknown_feature',
    '/inputs/6/name',
    '/inputs/6/name: expected one of CHAS, RM, TAX, PTRATIO, B, LSTAT, got "input-0"',
  ],
  'a feature twice': [
    { inputs: [...features(), ...features()] },
    'wrong_type',
    '/inputs/6/name',
    '/inputs/6/name: expected a name not given before, got "CHAS"',
  ],
  'a column of two columns': [
    { inputs: features({ RM: { shape: [1, 2], data: [1, 2] } }) },
    'wrong_length',
    '/inputs/1/shape',
    '/inputs/1/shape: expected [n] or [n, 1], got [1, 2]',
  ],
  'a longer column': [
    { inputs: features({ RM: { shape: [2], data: [1, 2] } }) },
    'wrong_length',
    '/inputs/1/shape/0',
    '/inputs/1/shape/0: expected 1 rows, as in /inputs/0, got 2',
  ],
  'a null': [
    { inputs: [matrix({ data: [null, ...row.slice(1)] })] },
    'wrong_type',
    '/inputs/0/data/0',
    '/inputs/0/data/0: expected a number, got null',
  ],
  'a numeric text in a row': [
    { inputs: [matrix({ data: [[...row.slice(0, 5), '4.98']] })] },
    'wrong_type',
    '/inputs/0/data/0/5',
    '/inputs/0/data/0/5: expected a number, got "4.98"',
  ],
  '1e400': [
    JSON.stringify({ inputs: features({ RM: { data: ['?'] } }) }).replace('"?"', '1e400'),
    'out_of_range',
    '/inputs/1/data/0',
    `/inputs/1/data/0: ${interval}, got Infinity`,
  ],
  'a fraction of INT32': [
    { inputs: features({ RM: { datatype: 'INT32', data: [6.5] } }) },
    'wrong_type',
    '/inputs/1/data/0',
    '/inputs/1/data/0: expected a whole number from -2147483648 to 2147483647, got 6.5',
  ],
  'a negative UINT8': [
    { inputs: features({ RM: { datatype: 'UINT8', data: [-1] } }) },
    'wrong_type',
    '/inputs/1/data/0',
    '/inputs/1/data/0: expected a whole number from 0 to 255, got -1',
  ],
  'an INT64 that no double is': [
    JSON.stringify({ inputs: features({ RM: { datatype: 'INT64', data: ['?'] } }) }).replace('"?"', '9007199254740993'),
    'wrong_type',
    '/inputs/1/data/0',
    '/inputs/1/data/0: expected a whole number from -9007199254740991 to 9007199254740991, got 9007199254740992',
  ],
  'a number of BOOL': [
    { inputs: features({ CHAS: { datatype: 'BOOL', data: [1] } }) },
    'wrong_type',
    '/inputs/0/data/0',
    '/inputs/0/data/0: expected true or false, got 1',
  ],
  'an output of another name': [
    { inputs: [matrix()], outputs: [{ name: 'predict' }, { name: 'variance' }] },
    'unknown_output',
    '/outputs/1/name',
    '/outputs/1/name: expected one of predict, got "variance"',
  ],
  'an output that is none': [
    { inputs: [matrix()], outputs: ['predict'] },
    'wrong_type',
    '/outputs/0',
    '/outputs/0: expected an output, got "predict"',
  ],
  'outputs that are none': [
    { inputs: [matrix()], outputs: {} },
    'wrong_type',
    '/outputs',
    '/outputs: expected an array of outputs, got an object',
  ],
};

t.test('a request that is not as it should be is refused, where and why', async (t) => {
  const app = build(t);
  for (const [name, [body, code, pointer, detail]] of Object.entries(bodies)) {
    const response = await post(app, infer, body);
    const problem = response.json();
    t.equal(response.statusCode, 400, name);
    t.match(problem, { status: 400, code, pointer, detail }, name);
    t.equal(problem.error, problem.detail, name);
  }
});

t.test('too many rows are refused before there is room for them', async (t) => {
  const inputs = [matrix({ shape: [3, 6], data: [row, row, row] })];
  const problem = (await post(build(t, { maxRows: 2 }), infer, { inputs })).json();
  t.match(problem, { status: 413, code: 'too_many_rows', detail: 'body: expected at most 2 rows, got 3' });
});

t.test('an index that asks for something else is refused', async (t) => {
  const app = build(t);
  const index = (body: unknown) => post(app, '/v2/repository/index', body);
  t.match((await index({ ready: 'yes' })).json(), { code: 'wrong_type', pointer: '/ready' });
  t.match((await index([])).json(), { code: 'wrong_type', pointer: '' });
});

t.test('unknown models, versions, routes and methods are problems with an error too', async (t) => {
  const app = build(t);
  const known = 'expected one of housing, housing-flask, got "boston"';
  for (const url of ['/v2/models/boston', '/v2/models/boston/versions/1'])
    t.match((await app.inject(url)).json(), { status: 404, code: 'unknown_model', error: known });
  t.match((await post(app, '/v2/models/boston/infer', { inputs: [] })).json(), { status: 404, error: known });
  const version = 'expected one of the versions 1 of housing, got "2"';
  const unknown = (await app.inject('/v2/models/housing/versions/2')).json();
  t.match(unknown, { status: 404, code: 'unknown_version', error: version });
  t.match((await post(app, '/v2/models/housing/versions/2/infer', { inputs: [] })).json(), { error: version });
  t.match((await app.inject('/v2/nothing?a')).json(), {
    status: 404,
    error: 'expected a known path, got /v2/nothing?a',
  });
  const wrong = await app.inject(infer);
  t.equal(wrong.headers.allow, 'POST');
  t.match(wrong.json(), { status: 405, code: 'method_not_allowed', error: 'expected POST, got GET' });
});

t.test('a media type may be left out, but none other be named', async (t) => {
  const app = build(t);
  const payload = Buffer.from(JSON.stringify({ inputs: [matrix()] }));
  const send = (headers: Record<string, string>) => app.inject({ method: 'POST', url: infer, headers, payload });
  for (const type of [undefined, 'application/json; charset=utf-8', 'application/octet-stream'])
    t.equal((await send(type === undefined ? {} : { 'content-type': type })).statusCode, 200, String(type));
  t.match((await send({ 'content-type': 'text/plain' })).json(), {
    status: 415,
    code: 'unsupported_media_type',
    error: 'content-type: expected application/json, got "text/plain"',
  });
  t.match((await send({ 'content-encoding': 'br' })).json(), { status: 415, code: 'unsupported_encoding' });
});

t.test('a service that stops is live and not ready, as clients and balancers ask for it', async (t) => {
  const stopping = new AbortController();
  const app = build(t, { stopping: stopping.signal });
  t.strictSame((await app.inject('/v2/health/ready')).json(), { ready: true, live: true });
  stopping.abort();
  const response = await app.inject('/v2/health/ready');
  t.equal(response.statusCode, 503);
  t.equal(response.headers['retry-after'], '1');
  t.strictSame(response.json(), { ready: false, live: true });
  t.equal((await app.inject('/v2/health/live')).statusCode, 200);
});

t.test('an answer names the model that gave it, and an index the versions', async (t) => {
  const app = build(t);
  const response = await post(app, infer, { inputs: [] });
  t.match(response.headers, { 'x-model-name': 'housing', 'x-model-version': '1', 'x-model-sha256': /^[0-9a-f]{64}$/ });
});
