import { once } from 'node:events';
import { connect } from 'node:net';
import { examples } from '@housing/bench/examples.js';
import t from 'tap';
import { linesOf, startServer, untilListening } from './support/server.js';
import { build, post } from './support/service.js';

const [{ body, answer }] = examples;
const headers = { 'content-type': 'application/json' };
const host = '127.0.0.1';
const head = `POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n`;
const ask = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

t.test('it is alive and ready when its models have verified', async (t) => {
  const app = build(t);
  for (const url of ['/health', '/health/live', '/health/ready']) {
    const response = await app.inject(url);
    t.equal(response.statusCode, 200, url);
    t.equal(response.body, '{"status":"ok"}', url);
  }
});

t.test('it is alive but not ready while a model is not', async (t) => {
  let isReady = false;
  const app = build(t, { isReady: () => isReady });
  const response = await app.inject('/health/ready');
  t.equal(response.statusCode, 503);
  t.match(response.headers, { 'content-type': 'application/problem+json', 'retry-after': '1' });
  t.match(response.json(), {
    code: 'not_ready',
    detail: 'expected every model to be ready, got one that is not',
    requestId: response.headers['x-request-id'],
  });
  for (const url of ['/health', '/health/live']) t.equal((await app.inject(url)).statusCode, 200, url);
  isReady = true;
  t.equal((await app.inject('/health/ready')).statusCode, 200);
});

t.test('once it is to stop it is not ready, but alive, and still predicts', async (t) => {
  const stopping = new AbortController();
  const app = build(t, { stopping: stopping.signal });
  stopping.abort();
  const response = await app.inject('/health/ready');
  t.equal(response.statusCode, 503);
  t.match(response.json(), { code: 'closing', detail: 'expected to serve, got a signal to stop' });
  t.equal((await app.inject('/health/live')).statusCode, 200);
  t.equal((await post(app, '/predict', body)).body, answer);
});

t.test('probes are not logged', async (t) => {
  const lines: string[] = [];
  const app = build(t, { logger: { level: 'info', stream: { write: (line: string) => lines.push(line) } } });
  for (const url of ['/health/live', '/health/ready']) await app.inject(url);
  t.equal(lines.length, 0);
});

t.test('once it is to stop, each connection ends with its next answer', async (t) => {
  const stopping = new AbortController();
  const { port } = new URL(await build(t, { stopping: stopping.signal }).listen({ port: 0, host }));
  const { socket, received } = await open(port);
  socket.write(ask('/health/live'));
  await once(socket, 'data');
  t.notMatch(received(), /connection: close/);
  stopping.abort();
  socket.write(ask('/health/live'));
  await once(socket, 'close');
  t.match(received(), /200 OK.*200 OK.*connection: close/s);
});

t.test('once it is to stop, a connection ends with its next answer, also where that is refused at once', async (t) => {
  const stopping = new AbortController();
  const { port } = new URL(await build(t, { stopping: stopping.signal }).listen({ port: 0, host }));
  const { socket, received } = await open(port);
  stopping.abort();
  socket.write(ask('/none'));
  while (!received().includes('unknown_route')) await once(socket, 'data');
  t.match(received(), /^HTTP\/1\.1 404 (.*\r\n)*connection: close\r\n/i);
  socket.destroy();
});

t.test('once it is to stop, a connection ends with the answer that is under way', async (t) => {
  const stopping = new AbortController();
  const { port } = new URL(await build(t, { stopping: stopping.signal }).listen({ port: 0, host }));
  const { socket, received } = await open(port);
  socket.write(`${head}expect: 100-continue\r\n\r\n`);
  while (!received().includes('100 Continue')) await once(socket, 'data');
  stopping.abort();
  socket.write(body);
  await once(socket, 'close');
  t.match(received(), /200 OK.*connection: close/s);
  t.ok(received().endsWith(answer));
});

t.test('of several requests that wait on one connection none is left without an answer', async (t) => {
  const stopping = new AbortController();
  const { port } = new URL(await build(t, { stopping: stopping.signal }).listen({ port: 0, host }));
  const { socket, received } = await open(port);
  stopping.abort();
  socket.write(ask('/health/live').repeat(5));
  await once(socket, 'close');
  t.equal(received().match(/200 OK/g)?.length, 5);
  t.equal(received().match(/connection: close/g)?.length, 1);
});

t.test('what comes behind a request in flight, when it closes, is told so by a problem', async (t) => {
  const app = build(t);
  const { port } = new URL(await app.listen({ port: 0, host }));
  const { socket, received } = await open(port);
  socket.write(`${head}expect: 100-continue\r\n\r\n`);
  while (!received().includes('100 Continue')) await once(socket, 'data');
  const closed = app.close();
  socket.write(body + ask('/models'));
  await once(socket, 'close');
  const [, first, second] = received().split(/HTTP\/1\.1 (?=[25])/);
  t.ok(first.startsWith('200 OK') && first.endsWith(answer));
  t.match(second, /^503 Service Unavailable\r\n(.*\r\n)*retry-after: 1\r\n/);
  t.match(second, /^connection: close\r$/im);
  t.match(JSON.parse(second.split('\r\n\r\n')[1]), { status: 503, code: 'closing' });
  await closed;
});

t.test('after SIGTERM it serves for the delay, not ready, and then exits with 0', async (t) => {
  const server = startServer(t, { DRAIN_DELAY: '3000' });
  const url = await untilListening(server);
  t.equal((await fetch(`${url}/health/ready`)).status, 200);
  server.child.kill('SIGTERM');
  while ((await fetch(`${url}/health/ready`)).ok);
  const response = await fetch(`${url}/predict`, { method: 'POST', headers, body });
  t.equal(response.headers.get('connection'), 'close');
  t.equal(await response.text(), answer);
  t.equal(linesOf(server, 'stopped').length, 0);
  t.equal(await server.exit, 0);
  t.equal(server.output.stderr, '');
  t.match(linesOf(server, 'stopping'), [{ level: 30, signal: 'SIGTERM', drainDelay: 3000 }]);
  t.match(linesOf(server, 'stopped'), [{ level: 30 }]);
});

/** Opens a connection, and collects what comes. */
async function open(port: string) {
  const socket = connect(Number(port), host);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'connect');
  return { socket, received: () => text };
}
