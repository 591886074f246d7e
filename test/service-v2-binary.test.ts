import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import t from 'tap';
import { build, servedModel } from './support/service.js';

const names = ['CHAS', 'RM', 'TAX', 'PTRATIO', 'B', 'LSTAT'];
const row = [0, 6.575, 296, 15.3, 396.9, 4.98];
const prediction = 25.0021457871835;

type Fields = Record<string, unknown>;

function matrix(changes: Fields = {}): Fields {
  return { name: 'rows', shape: [1, 6], datatype: 'FP64', parameters: { binary_data_size: 48 }, ...changes };
}

/** Sends JSON and bytes after it, with the header that says where they part. */
function send(
  app: FastifyInstance,
  json: unknown,
  bytes: ArrayBufferView,
  header?: string,
): Promise<LightMyRequestResponse> {
  const head = Buffer.from(JSON.stringify(json));
  return app.inject({
    method: 'POST',
    url: '/v2/models/housing/infer',
    headers: { 'inference-header-content-length': header ?? String(head.length) },
    payload: Buffer.concat([head, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)]),
  });
}

/** Parts an answer where its header says. */
function part({ headers, rawPayload }: LightMyRequestResponse): { json: Fields; doubles: Float64Array } {
  const length = Number(headers['inference-header-content-length']);
  const bytes = Uint8Array.from(rawPayload.subarray(length));
  return { json: JSON.parse(rawPayload.subarray(0, length).toString()), doubles: new Float64Array(bytes.buffer) };
}

const float64 = Float64Array.from(row);

t.test('a binary matrix is answered in JSON, unless asked otherwise', async (t) => {
  const app = build(t);
  for (const outputs of [
    undefined,
    [],
    [{ name: 'predict' }],
    [{ name: 'predict', parameters: { binary_data: false } }],
  ]) {
    const response = await send(app, { inputs: [matrix()], outputs }, float64);
    t.strictSame(response.json().outputs, [{ name: 'predict', datatype: 'FP64', shape: [1], data: [prediction] }]);
  }
});

t.test('an answer is binary where the output or the request says so, and the output counts', async (t) => {
  const app = build(t);
  const outputs = (binary_data: boolean) => [{ name: 'predict', parameters: { binary_data } }];
  const binary = { binary_data_output: true };
  for (const asked of [
    { outputs: outputs(true) },
    { parameters: binary },
    { parameters: { binary_data_output: false }, outputs: outputs(true) },
  ]) {
    const response = await send(app, { id: 'é', inputs: [matrix()], ...asked }, float64);
    t.equal(response.headers['content-type'], 'application/octet-stream');
    const { json, doubles } = part(response);
    t.strictSame(json, {
      model_name: 'housing',
      model_version: '1',
      id: 'é',
      outputs: [{ name: 'predict', datatype: 'FP64', shape: [1], parameters: { binary_data_size: 8 } }],
    });
    t.strictSame([...doubles], [prediction]);
  }
  const { outputs: json } = (
    await send(app, { inputs: [matrix()], parameters: binary, outputs: outputs(false) }, float64)
  ).json();
  t.strictSame(json[0].data, [prediction]);
});

t.test('tensors in binary and in JSON may be mixed, in the order of the inputs', async (t) => {
  const inputs = names.map((name, f) => {
    const tensor = { name, shape: [1], datatype: 'FP64' };
    return f % 2 === 0 ? { ...tensor, parameters: { binary_data_size: 8 } } : { ...tensor, data: [row[f]] };
  });
  const response = await send(build(t), { inputs }, Float64Array.of(row[0], row[2], row[4]));
  t.strictSame(response.json().outputs[0].data, [prediction]);
});

t.test('no rows are no bytes', async (t) => {
  const inputs = [matrix({ shape: [0, 6], parameters: { binary_data_size: 0 } })];
  const asked = { inputs, parameters: { binary_data_output: true } };
  const { json, doubles } = part(await send(build(t), asked, new Float64Array()));
  t.match(json, { outputs: [{ shape: [0], parameters: { binary_data_size: 0 } }] });
  t.equal(doubles.length, 0);
});

t.test('every datatype is read little-endian', async (t) => {
  const served = servedModel('housing');
  // what the model is given comes back
  const predictor = { ...served.predictor, predict: (row: ArrayLike<number>) => row[1] };
  const app = build(t, { models: [{ ...served, predictor }] });
  const sent: Record<string, [ArrayBufferView, number]> = {
    FP64: [Float64Array.of(0.1), 0.1],
    FP32: [Float32Array.of(0.1), Math.fround(0.1)],
    INT8: [Int8Array.of(-2), -2],
    INT16: [Int16Array.of(-300), -300],
    INT32: [Int32Array.of(-65_538), -65_538],
    INT64: [BigInt64Array.of(-(2n ** 53n) + 1n), Number.MIN_SAFE_INTEGER],
    UINT8: [Uint8Array.of(254), 254],
    UINT16: [Uint16Array.of(65_000), 65_000],
    UINT32: [Uint32Array.of(4_000_000_000), 4_000_000_000],
    UINT64: [BigUint64Array.of(2n ** 53n - 1n), Number.MAX_SAFE_INTEGER],
    BOOL: [Uint8Array.of(1), 1],
  };
  for (const [datatype, [bytes, double]] of Object.entries(sent)) {
    const inputs = names.map((name) => ({ name, shape: [1], datatype: 'FP64', data: [0] }));
    const column = { name: 'RM', shape: [1], datatype, parameters: { binary_data_size: bytes.byteLength } };
    const response = await send(app, { inputs: inputs.with(1, column as never) }, bytes);
    t.strictSame(response.json().outputs?.[0].data, [double], datatype);
  }
});

const { lowest, highest } = servedModel('housing').predictor.accepted[1];

// [inputs, bytes, code, pointer, detail]
const refusals: Record<string, [Fields[], ArrayBufferView, string, string, string]> = {
  'data beside bytes': [
    [matrix({ data: row })],
    float64,
    'unknown_key',
    '/inputs/0/data',
    '/inputs/0/data: expected no data beside binary_data_size',
  ],
  'a size that is a text': [
    [matrix({ parameters: { binary_data_size: '48' } })],
    float64,
    'wrong_type',
    '/inputs/0/parameters/binary_data_size',
    '/inputs/0/parameters/binary_data_size: expected a whole number, got "48"',
  ],
  'another size than the shape says': [
    [matrix({ parameters: { binary_data_size: 40 } })],
    float64,
    'wrong_length',
    '/inputs/0/parameters/binary_data_size',
    '/inputs/0/parameters/binary_data_size: expected 48 bytes for the shape [1, 6], got 40',
  ],
  'fewer bytes than the size says': [
    [matrix()],
    Float64Array.of(1),
    'wrong_length',
    '/inputs/0/parameters/binary_data_size',
    '/inputs/0/parameters/binary_data_size: expected 48 bytes, got 8',
  ],
  'more bytes than the tensors have': [
    [matrix()],
    Float64Array.of(...row, 1),
    'wrong_length',
    '/inputs',
    '/inputs: expected no bytes after those of the tensors, got 8',
  ],
  'a NaN': [
    [matrix()],
    float64.with(1, Number.NaN),
    'out_of_range',
    '/inputs/0/data/1',
    `/inputs/0/data/1: expected a number from ${lowest} to ${highest}, got NaN`,
  ],
  'an INT64 that no double is': [
    [matrix({ datatype: 'INT64' })],
    BigInt64Array.of(0n, 2n ** 53n + 1n, 0n, 0n, 0n, 0n),
    'wrong_type',
    '/inputs/0/data/1',
    '/inputs/0/data/1: expected a whole number from -9007199254740991 to 9007199254740991, got 9007199254740992',
  ],
  'a BOOL that is neither': [
    [matrix({ datatype: 'BOOL', parameters: { binary_data_size: 6 } })],
    Uint8Array.of(0, 2, 0, 0, 0, 0),
    'wrong_type',
    '/inputs/0/data/1',
    '/inputs/0/data/1: expected true or false, got 2',
  ],
};

t.test('bytes that are not as they should be are refused, where and why', async (t) => {
  const app = build(t);
  for (const [name, [inputs, bytes, code, pointer, detail]] of Object.entries(refusals)) {
    const response = await send(app, { inputs }, bytes);
    t.match(response.json(), { status: 400, code, pointer, detail, error: detail }, name);
  }
});

t.test('a header that says no length within the body is refused', async (t) => {
  const app = build(t);
  for (const header of ['-1', '1e2', '1000', '', 'x']) {
    const response = await send(app, { inputs: [matrix()] }, float64, header);
    t.match(response.json(), { status: 400, code: 'malformed_request' }, header);
    t.match(
      response.json().detail,
      `inference-header-content-length: expected a whole number to ${response.json().detail.match(/to (\d+)/)[1]}, which is that of the body, got "${header}"`,
    );
  }
  t.match((await send(app, {}, float64, '0')).json(), { status: 400, code: 'empty_body' });
  t.match((await send(app, {}, float64, '1')).json(), { status: 400, code: 'malformed_json' });
});

t.test('bytes without the header are no JSON', async (t) => {
  const payload = Buffer.concat([Buffer.from(JSON.stringify({ inputs: [matrix()] })), Buffer.from(float64.buffer)]);
  const response = await build(t).inject({ method: 'POST', url: '/v2/models/housing/infer', payload });
  t.match(response.json(), { status: 400, code: 'malformed_json' });
});
