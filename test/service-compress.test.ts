import { gunzipSync } from 'node:zlib';
import { examples } from '@housing/bench/examples.js';
import { gatherModels } from '@housing/service';
import t from 'tap';
import { build, servedModel } from './support/service.js';

const row = [0, 6.575, 296, 15.3, 396.9, 4.98];
const rows = Array.from({ length: 3000 }, (_, k) => row.with(1, 4 + k / 500));
const many = JSON.stringify({ instances: rows });
const json = { 'content-type': 'application/json' };

/** Asks for the predictions of many rows. */
function ask(
  app: ReturnType<typeof build>,
  acceptEncoding?: string,
  url = '/v1/models/housing:predict',
  payload = many,
) {
  const accept = acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding };
  return app.inject({ method: 'POST', url, headers: { ...json, ...accept }, payload });
}

t.test('a long answer is compressed for a client that prefers it, and the same answer', async (t) => {
  const app = build(t);
  const plain = await ask(app);
  t.equal(plain.headers['content-encoding'], undefined);
  t.equal(plain.headers.vary, 'accept-encoding');
  t.equal(plain.json().predictions.length, rows.length);
  for (const accept of ['gzip', 'gzip, deflate, br', 'br;q=1.0, gzip;q=0.2', 'deflate, *;q=0.5', '*']) {
    const { headers, rawPayload } = await ask(app, accept);
    t.match(
      headers,
      { 'content-encoding': 'gzip', vary: 'accept-encoding', 'content-type': /^application\/json/ },
      accept,
    );
    t.equal(headers['content-length'], String(rawPayload.length));
    t.ok(rawPayload.length < plain.rawPayload.length * 0.6);
    t.equal(gunzipSync(rawPayload).toString(), plain.body);
  }
});

t.test('a client that does not want it gets a long answer as it is', async (t) => {
  const app = build(t);
  const plain = await ask(app);
  for (const accept of ['', 'identity', 'br', 'gzip;q=0', 'gzip;q=0, *', 'identity, gzip;q=0.5', '*;q=0']) {
    const { headers, body } = await ask(app, accept);
    t.equal(headers['content-encoding'], undefined, accept);
    t.equal(body, plain.body, accept);
  }
});

t.test('a short answer is never compressed', async (t) => {
  const app = build(t);
  const [{ body, answer }] = examples;
  const short = await ask(app, 'gzip', '/predict', body);
  t.equal(short.body, answer);
  t.notOk('vary' in short.headers || 'content-encoding' in short.headers);
  t.notOk('content-encoding' in (await app.inject({ url: '/', headers: { 'accept-encoding': 'gzip' } })).headers);
});

t.test('the length of the JSON part of a binary answer is that before it was compressed', async (t) => {
  const app = build(t);
  const inputs = [{ name: 'rows', shape: [rows.length, 6], datatype: 'FP64', data: rows }];
  const question = JSON.stringify({ inputs, parameters: { binary_data_output: true }, id: '1' });
  const infer = '/v2/models/housing/infer';
  const plain = await ask(app, 'identity', infer, question);
  t.equal(plain.rawPayload.length, Number(plain.headers['inference-header-content-length']) + rows.length * 8);
  const { headers, rawPayload } = await ask(app, 'gzip', infer, question);
  t.equal(headers['content-encoding'], 'gzip');
  t.equal(headers['inference-header-content-length'], plain.headers['inference-header-content-length']);
  t.strictSame(gunzipSync(rawPayload), plain.rawPayload);
});

t.test('an entity tag stays what it is when what it tags is compressed', async (t) => {
  const served = servedModel('housing');
  const models = gatherModels(
    Array.from({ length: 20 }, (_, k) => ({ ...served, name: `m${k}` })),
    'm0',
  );
  const app = build(t, { models });
  const plain = await app.inject('/models');
  const zipped = await app.inject({ url: '/models', headers: { 'accept-encoding': 'gzip' } });
  t.equal(zipped.headers['content-encoding'], 'gzip');
  t.equal(gunzipSync(zipped.rawPayload).toString(), plain.body);
  t.equal(zipped.headers.etag, plain.headers.etag);
  const unchanged = { 'accept-encoding': 'gzip', 'if-none-match': String(zipped.headers.etag) };
  t.equal((await app.inject({ url: '/models', headers: unchanged })).statusCode, 304);
});
