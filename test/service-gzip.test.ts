import { once } from 'node:events';
import { request } from 'node:http';
import { brotliCompressSync, createGzip, deflateSync, gzipSync } from 'node:zlib';
import { examples } from '@housing/bench/examples.js';
import t from 'tap';
import { build } from './support/service.js';

const [{ body, answer }] = examples;
const row = [0, 6.575, 296, 15.3, 396.9, 4.98];
const json = { 'content-type': 'application/json' };

/** Posts bytes in a content coding. */
function postEncoded(
  app: ReturnType<typeof build>,
  url: string,
  coding: string,
  payload: Buffer,
  headers: Record<string, string> = json,
) {
  return app.inject({ method: 'POST', url, headers: { ...headers, 'content-encoding': coding }, payload });
}

/** Counts the bytes of bodies as they come out of what inflates them. */
function countBytes(app: ReturnType<typeof build>): () => number {
  let nBytes = 0;
  app.addHook('preParsing', (_request, _reply, payload, done) => {
    payload.on('data', (chunk) => {
      nBytes += chunk.length;
    });
    done(null, payload);
  });
  return () => nBytes;
}

t.test('a compressed body is read as what it holds, in every dialect', async (t) => {
  const app = build(t);
  const instances = JSON.stringify({ instances: [row] });
  const tensor = { name: 'rows', shape: [1, 6], datatype: 'FP64' };
  const head = JSON.stringify({ inputs: [{ ...tensor, parameters: { binary_data_size: 48 } }] });
  const binary = Buffer.concat([Buffer.from(head), Buffer.from(Float64Array.from(row).buffer)]);
  const csv = 'CHAS,RM,TAX,PTRATIO,B,LSTAT\n0,6.575,296,15.3,396.9,4.98\n';
  const requests: [string, string | Buffer, Record<string, string>][] = [
    ['/predict', body, json],
    ['/models/housing/predict', body, json],
    ['/v1/models/housing:predict', instances, json],
    ['/invocations', instances, json],
    ['/invocations', csv, { 'content-type': 'text/csv' }],
    ['/v2/models/housing/infer', JSON.stringify({ inputs: [{ ...tensor, data: row }] }), json],
    // the length of the JSON part is that before it was compressed
    ['/v2/models/housing/infer', binary, { 'inference-header-content-length': String(head.length) }],
  ];
  for (const [url, payload, headers] of requests) {
    for (const [coding, encoded] of [
      ['gzip', gzipSync(payload)],
      ['GZIP', gzipSync(payload)],
      ['x-gzip', gzipSync(payload)],
      ['deflate', deflateSync(payload)],
      ['identity', Buffer.from(payload)],
    ] as const) {
      const response = await postEncoded(app, url, coding, encoded, headers);
      t.equal(response.statusCode, 200, `${url} ${coding}`);
      t.match(response.body, '25.0021457871835', `${url} ${coding}`);
    }
  }
  t.equal((await postEncoded(app, '/predict', 'gzip', gzipSync(body))).body, answer);
});

t.test('a body of several compressed parts is read as one', async (t) => {
  const parts = Buffer.concat([gzipSync(body.slice(0, 9)), gzipSync(body.slice(9))]);
  t.equal((await postEncoded(build(t), '/predict', 'gzip', parts)).body, answer);
});

t.test('what is not compressed as it says is refused', async (t) => {
  const app = build(t);
  const whole = gzipSync(body);
  const broken = Buffer.from(whole);
  broken[broken.length - 8] ^= 1; // the checksum
  for (const [payload, got] of [
    [Buffer.from(body), 'incorrect header check'],
    [whole.subarray(0, -1), 'unexpected end of file'],
    [whole.subarray(0, 20), 'unexpected end of file'],
    [broken, 'incorrect data check'],
    [Buffer.alloc(0), 'unexpected end of file'],
  ] as const) {
    const response = await postEncoded(app, '/predict', 'gzip', payload);
    t.equal(response.statusCode, 400, got);
    t.match(response.json(), { code: 'malformed_encoding', detail: `body: expected gzip, got ${got}`, pointer: '' });
  }
});

t.test('a coding that is not read is refused, and the client told which are', async (t) => {
  const app = build(t);
  for (const coding of ['br', 'zstd', 'gzip, gzip', '', 'x'.repeat(100)]) {
    const response = await postEncoded(app, '/predict', coding, brotliCompressSync(body));
    t.equal(response.statusCode, 415, coding);
    t.equal(response.headers['accept-encoding'], 'gzip, deflate');
    t.match(response.json(), {
      code: 'unsupported_encoding',
      detail: /^content-encoding: expected gzip or deflate, got "/,
    });
  }
  t.notOk('accept-encoding' in (await app.inject('/health')).headers);
});

t.test('a bomb is refused when it has grown to the limit of the body, and grows no more', async (t) => {
  const app = build(t, { maxBytes: 2 ** 20 });
  const nBytes = countBytes(app);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  // 128 MiB in 128 KiB, of a body that would be well-formed
  const bomb = gzipSync(Buffer.concat([Buffer.alloc(2 ** 27, ' '), Buffer.from(body)]));
  t.ok(bomb.length < 2 ** 18);
  const headers = { ...json, 'content-encoding': 'gzip' };
  for (const path of ['/predict', '/v2/models/housing/infer', '/invocations', '/v1/models/housing:predict']) {
    const response = await fetch(url + path, { method: 'POST', headers, body: bomb });
    t.equal(response.status, 413, path);
    t.match(await response.json(), {
      code: 'too_many_bytes',
      detail: 'body: expected at most 1048576 bytes, got more',
    });
  }
  // long enough for the rest
  for (let k = 0; k < 100; k++) await fetch(`${url}/health`);
  t.ok(nBytes() > 4 * 2 ** 20 && nBytes() < 8 * 2 ** 20, `${nBytes()} bytes`);
});

t.test('limits of routes hold for what comes out', async (t) => {
  const app = build(t, { maxBytes: 1000 });
  const at = (length: number) => gzipSync(body.padEnd(length));
  t.equal((await postEncoded(app, '/predict', 'gzip', at(1000))).statusCode, 200);
  t.equal((await postEncoded(app, '/predict', 'gzip', at(1001))).statusCode, 413);
});

t.test('of a bomb that still arrives when it is refused the rest is not inflated', async (t) => {
  const app = build(t, { maxBytes: 2 ** 20 });
  const nBytes = countBytes(app);
  const refused = new Promise<void>((resolve) => {
    app.addHook('onError', (_request, _reply, _error, done) => {
      resolve();
      done();
    });
  });
  const { hostname, port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  const headers = { ...json, 'content-encoding': 'gzip' };
  const sent = request({ hostname, port, path: '/predict', method: 'POST', headers });
  const answered = once(sent, 'response');
  const gzip = createGzip();
  gzip.pipe(sent);
  gzip.write(Buffer.alloc(2 ** 22));
  gzip.flush();
  await refused;
  gzip.end(Buffer.alloc(2 ** 27));
  const [response] = await answered;
  t.equal(response.statusCode, 413);
  t.ok(nBytes() < 2 ** 23, `${nBytes()} bytes`);
});

t.test('a client that still sends when its body is refused reads why', async (t) => {
  const { hostname, port } = new URL(await build(t).listen({ port: 0, host: '127.0.0.1' }));
  const sent = request({
    hostname,
    port,
    path: '/predict',
    method: 'POST',
    headers: { ...json, 'content-encoding': 'gzip' },
  });
  const answered = once(sent, 'response');
  // more than the buffers of the system hold
  for (let k = 0; k < 32; k++) if (!sent.write(Buffer.alloc(2 ** 20))) await once(sent, 'drain');
  sent.end();
  const [response] = await answered;
  t.equal(response.statusCode, 400);
  t.match(JSON.parse(Buffer.concat(await response.toArray()).toString()), { code: 'malformed_encoding' });
});

t.test('a client that hangs up within a compressed body is no failure of the service', async (t) => {
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
  const app = build(t, { logger: { level: 'info', stream } });
  const { hostname, port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  const begun = once(app.server, 'request');
  const sent = request({
    hostname,
    port,
    path: '/predict',
    method: 'POST',
    headers: { ...json, 'content-encoding': 'gzip' },
  });
  sent.on('error', () => {});
  sent.write(gzipSync(body).subarray(0, 20));
  await begun;
  sent.destroy();
  const gone = () => lines.filter(({ status }) => status !== undefined);
  while (gone().length === 0) await new Promise(setImmediate);
  t.match(gone(), [{ level: 30, status: 499, url: '/predict' }]);
});
