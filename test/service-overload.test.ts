import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { examples } from '@housing/bench/examples.js';
import type { FastifyInstance } from 'fastify';
import t from 'tap';
import { build, servedModel } from './support/service.js';

const [{ body, answer }] = examples;
const headers = { 'content-type': 'application/json' };
const host = '127.0.0.1';
const head = (length: number) =>
  `POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n`;

/** Begins a request, waits until it is in flight, and lets its body be sent. */
async function begin(port: string) {
  const socket = connect(Number(port), host);
  socket.write(`${head(body.length)}expect: 100-continue\r\n\r\n`);
  await once(socket, 'data');
  return socket;
}

/** How many bytes an app has read. Not found out by posting: whichever came first would be in flight, and the other refused. */
function countRead({ server }: FastifyInstance): () => number {
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  return () => sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
}

t.test('beyond the bound work is refused, and all else answered', async (t) => {
  const url = await build(t, { maxInFlight: 2 }).listen({ port: 0, host });
  const { port } = new URL(url);
  const predict = () => fetch(`${url}/predict`, { method: 'POST', headers, body });
  t.equal((await predict()).status, 200);
  const [first, second] = [await begin(port), await begin(port)];

  const refused = await predict();
  t.equal(refused.status, 503);
  t.equal(refused.headers.get('retry-after'), '1');
  t.match(await refused.json(), {
    code: 'overloaded',
    detail: 'expected at most 2 requests in flight, got one more',
    requestId: refused.headers.get('x-request-id'),
  });
  for (const path of ['/health', '/health/live', '/health/ready', '/models', '/'])
    t.equal((await fetch(url + path)).status, 200, path);

  first.write(body);
  await once(first, 'data');
  t.equal(await (await predict()).text(), answer, 'there is room after an answer');
  const third = await begin(port);
  t.equal((await predict()).status, 503);
  second.destroy();
  while ((await predict()).status === 503);
  t.equal(await (await predict()).text(), answer, 'there is room after a client has gone');
  first.destroy();
  third.destroy();
});

t.test('a flood of refusals is no flood of errors in the log', async (t) => {
  const levels: number[] = [];
  const stream = { write: (line: string) => levels.push(JSON.parse(line).level) };
  const url = await build(t, { maxInFlight: 1, logger: { level: 'info', stream } }).listen({ port: 0, host });
  const holder = await begin(new URL(url).port);
  t.equal((await fetch(`${url}/predict`, { method: 'POST', headers, body })).status, 503);
  t.strictSame([...new Set(levels)], [30]);
  holder.destroy();
});

t.test('when the client of many rows has gone, the work stops', async (t) => {
  const nRows = 100_000;
  const served = servedModel('housing');
  const rows = JSON.stringify(
    Object.fromEntries(served.predictor.featureNames.map((name) => [name, Array(nRows).fill(1)])),
  );
  let nPredicted = 0;
  const predictor = {
    ...served.predictor,
    predictBatch(rows: Float64Array) {
      client.destroy();
      nPredicted += rows.length / served.predictor.featureNames.length;
      return served.predictor.predictBatch(rows);
    },
  };
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
  const app = build(t, { models: [{ ...served, predictor }], logger: { level: 'info', stream } });
  const { port } = new URL(await app.listen({ port: 0, host }));
  const client = connect(Number(port), host);
  client.write(`${head(rows.length)}\r\n${rows}`);
  const hungUp = () => lines.filter(({ status }) => status === 499);
  while (hungUp().length === 0) await nextTurn();
  t.ok(nPredicted > 0 && nPredicted < nRows, `${nPredicted} rows`);
  t.match(hungUp(), [{ msg: 'hung up', url: '/predict' }]);
});

t.test('beyond the bytes in flight a body is refused as it arrives, and those before it are answered', async (t) => {
  const large = 2 ** 20;
  const app = build(t, { maxBytes: large, maxBytesInFlight: 2 * large });
  const nRead = countRead(app);
  let onRefusal = () => {};
  app.addHook('onError', (_request, _reply, _error, done) => {
    onRefusal();
    done();
  });
  const url = await app.listen({ port: 0, host });
  const { port } = new URL(url);
  const text = body.padEnd(large);
  const half = large / 2;
  /** Sends half a body, whose length is told or not. */
  const beginLarge = (chunked: boolean) => {
    const socket = connect(Number(port), host).setEncoding('latin1');
    const length = chunked ? `transfer-encoding: chunked\r\n\r\n${large.toString(16)}` : `content-length: ${large}\r\n`;
    socket.write(`POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${length}\r\n`);
    socket.write(text.slice(0, half));
    return socket;
  };
  const finish = async (socket: ReturnType<typeof connect>, chunked: boolean) => {
    socket.write(text.slice(half) + (chunked ? '\r\n0\r\n\r\n' : ''));
    const [received] = await once(socket, 'data');
    socket.destroy();
    return String(received);
  };
  const first = [beginLarge(false), beginLarge(true), beginLarge(false)];
  // 1.5 of 2 MiB: what says that it is larger than the rest need not begin
  while (nRead() < 3 * half) await nextTurn();
  const predict = () => fetch(`${url}/predict`, { method: 'POST', headers, body: text });
  const refused = await predict();
  t.equal(refused.status, 503);
  t.equal(refused.headers.get('retry-after'), '1');
  t.match(await refused.json(), {
    code: 'overloaded',
    detail: 'expected at most 2097152 bytes of bodies in flight, got more',
  });
  const small = () => fetch(`${url}/predict`, { method: 'POST', headers, body });
  t.equal(await (await small()).text(), answer, 'small bodies go on');
  t.equal((await fetch(`${url}/health/live`)).status, 200);

  const unread = connect(Number(port), host);
  unread.write(`${head(large)}\r\n`);
  t.match(String(await once(unread, 'data')), /^HTTP\/1\.1 503 /, 'of a length, refused before it is read');
  unread.destroy();

  const refusal = new Promise<void>((resolve) => {
    onRefusal = resolve;
  });
  const last = beginLarge(true);
  last.write(text.slice(half, -1));
  await refusal;
  for (const [k, socket] of first.entries())
    t.match(await finish(socket, k === 1), answer, 'those before it are answered');
  last.write(`${text.slice(-1)}\r\n0\r\n\r\n`);
  t.match(
    String(await once(last, 'data')),
    /^HTTP\/1\.1 503 .*"code":"overloaded"/s,
    'of no length, refused as it arrives',
  );
  last.destroy();

  for (let k = 0; k < 10; k++) t.equal(await (await predict()).text(), answer, 'there is room again');
});

t.test('what comes out of a compressed body counts', async (t) => {
  const app = build(t, { maxBytes: 2 ** 20, maxBytesInFlight: 2 ** 20 });
  const nRead = countRead(app);
  const url = await app.listen({ port: 0, host });
  const { port } = new URL(url);
  const holder = connect(Number(port), host);
  holder.write(`${head(2 ** 20)}\r\n${' '.repeat(2 ** 19)}`);
  const encoded = { ...headers, 'content-encoding': 'gzip' };
  const predict = (length: number) =>
    fetch(`${url}/predict`, { method: 'POST', headers: encoded, body: gzipSync(body.padEnd(length)) });
  while (nRead() < 2 ** 19) await nextTurn();
  t.equal((await predict(2 ** 20)).status, 503);
  t.equal(await (await predict(2 ** 18)).text(), answer);
  holder.destroy();
  let freed = await predict(2 ** 20);
  while (freed.status === 503) freed = await predict(2 ** 20);
  t.equal(await freed.text(), answer);
});
