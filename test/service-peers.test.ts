// what the suites of Triton, MLServer, KServe and MLflow ask of those servers, where no other file does
import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import t from 'tap';
import { build, post } from './support/service.js';

const names = ['CHAS', 'RM', 'TAX', 'PTRATIO', 'B', 'LSTAT'];
const row = [0, 6.575, 296, 15.3, 396.9, 4.98];
const prediction = 25.0021457871835;
const infer = '/v2/models/housing/infer';
const tensor = { name: 'rows', shape: [1, 6], datatype: 'FP64', data: row };

/** Posts a body in chunks of their own, over a connection. */
async function postChunks(
  app: FastifyInstance,
  path: string,
  chunks: Iterable<Uint8Array | string>,
  headers: Record<string, string | number>,
): Promise<{ status: number | undefined; body: string }> {
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const sent = request(url + path, { method: 'POST', headers: { 'transfer-encoding': 'chunked', ...headers } });
  const answered = once(sent, 'response');
  for (const chunk of chunks) if (!sent.write(chunk)) await once(sent, 'drain');
  sent.end();
  const [response] = await answered;
  return { status: response.statusCode, body: await text(response) };
}

// Triton: test_json_recursion_depth_limit, nested_json_crash
for (const depth of [120, 150_000]) {
  t.test(`brackets ${depth} deep are refused in every dialect, and nothing breaks`, async (t) => {
    const app = build(t);
    const deep = `${'['.repeat(depth)}1${']'.repeat(depth)}`;
    const bodies = {
      [infer]: `{"inputs":[{"name":"rows","shape":[1,6],"datatype":"FP64","data":${deep}}]}`,
      '/predict': deep,
      '/models/housing/predict': `{"RM":${deep}}`,
      '/v1/models/housing:predict': `{"instances":${deep}}`,
      '/invocations': `{"dataframe_split":{"columns":${deep},"data":${deep}}}`,
    };
    for (const [url, body] of Object.entries(bodies)) {
      const response = await post(app, url, body);
      t.equal(response.statusCode, 400, url);
      t.ok(response.body.length < 5000, url);
    }
    t.equal((await app.inject('/v2/health/live')).statusCode, 200);
  });
}

// Triton: test_buffer_size_overflow
t.test('a shape whose product is beyond all integers is refused', async (t) => {
  const app = build(t);
  for (const shape of ['[16,1152921504606846978]', '[4,1152921504606846978]', '[1152921504606846976,6]', '[1e308,6]']) {
    const body = `{"inputs":[{"name":"rows","shape":${shape},"datatype":"FP32","data":[1.0]}]}`;
    const response = await post(app, infer, body);
    t.equal(response.statusCode, 400, shape);
    t.match(response.json(), { pointer: /^\/inputs\/0/, error: /shape/ }, shape);
  }
});

// Triton: test_content_encoding_chunked_manually
t.test('a binary tensor may come in chunks', async (t) => {
  const json = JSON.stringify({
    inputs: [{ ...tensor, data: undefined, parameters: { binary_data_size: 48 } }],
  });
  const bytes = new Uint8Array(Float64Array.from(row).buffer);
  const chunks = [json.slice(0, 20), json.slice(20), bytes.subarray(0, 3), bytes.subarray(3)];
  const headers = { 'inference-header-content-length': json.length };
  const { status, body } = await postChunks(build(t), infer, chunks, headers);
  t.equal(status, 200);
  t.strictSame(JSON.parse(body).outputs[0].data, [prediction]);
});

// Triton: http_request_many_chunks
t.test('a body may come in very many chunks', async (t) => {
  const spaces = function* () {
    for (let k = 0; k < 100_000; k++) yield ' ';
    yield JSON.stringify({ inputs: [tensor] });
  };
  const { status, body } = await postChunks(build(t), infer, spaces(), { 'content-type': 'application/json' });
  t.equal(status, 200);
  t.strictSame(JSON.parse(body).outputs[0].data, [prediction]);
});

// MLflow: test_scoring_server_responds_to_invalid_json_format_with_error_code_and_message
t.test('MLflow is told of what is no object, and of frames in the orientation of the other', async (t) => {
  const app = build(t);
  const split = { columns: names, data: [row] };
  const records = [Object.fromEntries(names.map((name, f) => [name, row[f]]))];
  const bodies = ['1', '"1"', '[1]', { dataframe_records: split }, { dataframe_split: records }];
  for (const body of bodies) {
    const response = await post(app, '/invocations', body);
    t.equal(response.statusCode, 400);
    t.match(response.json(), { error_code: 'BAD_REQUEST', message: /expected an (object|array), got/ });
  }
});

// MLflow: test_scoring_server_successfully_evaluates_correct_dataframes_with_pandas_split_orientation
t.test('the name of a charset may be in capitals', async (t) => {
  const app = build(t);
  const send = (url: string, type: string, payload: string) =>
    app.inject({ method: 'POST', url, headers: { 'content-type': type }, payload });
  const json = JSON.stringify({ dataframe_split: { columns: names, data: [row] } });
  const csv = `${names}\n${row}\n`;
  for (const [type, payload] of [['application/json', json], ['text/csv', csv]]) // biome-ignore format: a body a bracket
    t.strictSame((await send('/invocations', `${type}; charset=UTF-8`, payload)).json(), { predictions: [prediction] });
});

// Triton: test_duplicate_output_names, which refuses; there is one output to ask for, and to ask twice is to ask
t.test('the output is answered once, asked for twice or by an empty list', async (t) => {
  const app = build(t);
  for (const outputs of [[], [{ name: 'predict' }, { name: 'predict' }]]) {
    const response = await post(app, infer, { inputs: [tensor], outputs });
    t.strictSame(response.json().outputs, [{ name: 'predict', datatype: 'FP64', shape: [1], data: [prediction] }]);
  }
});
