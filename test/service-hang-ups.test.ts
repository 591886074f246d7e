import { once } from 'node:events';
import { connect } from 'node:net';
import { examples } from '@housing/bench/examples.js';
import type { FastifyInstance } from 'fastify';
import t from 'tap';
import { build, post, servedModel } from './support/service.js';

const [{ body, answer }] = examples;
const host = '127.0.0.1';
const client = { name: 'a', scopes: new Set(['predict', 'metadata'] as const) };

/** A request to predict, with a body of a length and of a type that are told. */
function head(length: number, headers = ''): string {
  const type = headers.includes('content-type') ? '' : 'content-type: application/json\r\n';
  return `POST /predict HTTP/1.1\r\nhost: x\r\n${type}${headers}content-length: ${length}\r\n\r\n`;
}

/** 100,000 rows, which are predicted in many blocks. */
function manyRows() {
  const { predictor } = servedModel('housing');
  return { columns: predictor.featureNames, data: Array(100_000).fill([0, 6.575, 296, 15.3, 396.9, 4.98]) };
}

/** Opens a connection to an app, and gives both of its ends. */
async function open(app: FastifyInstance) {
  if (!app.server.listening) await app.listen({ port: 0, host });
  const address = app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('expected a port, got none');
  const accepted = once(app.server, 'connection');
  const socket = connect({ port: address.port, host, allowHalfOpen: true });
  const [server] = await accepted;
  return { socket, server };
}

/** Holds the first request until it is told who sends it, and lets all others in at once. */
function holdFirst() {
  let admit = () => {};
  let nAsked = 0;
  const authenticate = () => {
    nAsked++;
    if (nAsked > 1) return client;
    return new Promise<typeof client>((resolve) => {
      admit = () => resolve(client);
    });
  };
  const until = async (n: number) => {
    while (nAsked < n) await new Promise(setImmediate);
  };
  return { authenticate, until, admit: () => admit() };
}

t.test('a client that has gone before it is known who it was takes no room', async (t) => {
  const { authenticate, until, admit } = holdFirst();
  const app = build(t, { maxInFlight: 1, authenticate });
  const { socket, server } = await open(app);
  socket.write(head(body.length));
  await until(1);
  socket.destroy();
  await once(server, 'close');
  admit();
  await new Promise(setImmediate);
  t.equal((await post(app, '/predict', body)).body, answer);
});

t.test('a client that ends its side before its answer is there counts as gone, and leaves its room', async (t) => {
  const { authenticate, until, admit } = holdFirst();
  const lines: Record<string, unknown>[] = [];
  const logger = { level: 'info', stream: { write: (line: string) => lines.push(JSON.parse(line)) } };
  const app = build(t, { maxInFlight: 1, authenticate, logger });
  const many = JSON.stringify(manyRows());
  for (const [what, sent] of [
    ['while it is found out who it is', body],
    ['while many rows are predicted', many],
  ]) {
    const { socket, server } = await open(app);
    const closed = once(server, 'close');
    let received = '';
    socket.on('data', (text) => {
      received += text;
    });
    lines.length = 0;
    socket.end(head(sent.length) + sent);
    await until(1);
    await closed;
    admit();
    // more than there are blocks of rows
    for (let k = 0; k < 100 && lines.length === 0; k++) await new Promise(setImmediate);
    t.match(lines, [{ url: '/predict', status: 499, msg: 'hung up' }], what);
    t.equal(lines.length, 1);
    t.equal(received, '');
    t.equal((await post(app, '/predict', body)).body, answer);
  }
});

t.test('a client that ends its side gets the right answer or none', async (t) => {
  const app = build(t, { maxInFlight: 1 });
  for (let k = 0; k < 20; k++) {
    const { socket } = await open(app);
    socket.end(head(body.length) + body);
    let received = '';
    for await (const text of socket) received += text;
    if (received !== '') t.match(received, /^HTTP\/1\.1 200 /);
    if (received !== '') t.equal(received.split('\r\n\r\n')[1], answer);
    t.equal((await post(app, '/predict', body)).body, answer);
  }
});

t.test('requests that wait on a connection hold no room when it has closed', async (t) => {
  const { authenticate, until } = holdFirst();
  const app = build(t, { maxInFlight: 1, authenticate });
  const { socket, server } = await open(app);
  socket.write((head(body.length) + body).repeat(2));
  await until(2);
  t.equal((await post(app, '/predict', body)).statusCode, 503, 'the second is in flight');
  socket.destroy();
  await once(server, 'close');
  for (let k = 0; k < 3; k++) await new Promise(setImmediate);
  t.equal((await post(app, '/predict', body)).body, answer);
  t.equal((await post(app, '/predict', body)).body, answer, 'and none is given back twice');
  const next = await open(app);
  next.socket.write(`${head(body.length)}[`);
  await until(6);
  t.equal((await post(app, '/predict', body)).statusCode, 503, 'one still fills it');
  next.socket.destroy();
});

t.test('a connection goes on after a body that was refused unread', async (t) => {
  const app = build(t);
  const sent = Buffer.alloc(2 ** 18);
  for (const [what, headers] of [
    ['of another type', 'content-type: text/plain\r\n'],
    ['of another type, compressed', 'content-type: text/plain\r\ncontent-encoding: gzip\r\n'],
  ] as const) {
    const { socket } = await open(app);
    socket.setEncoding('latin1');
    let received = '';
    socket.on('data', (text) => {
      received += text;
    });
    socket.write(head(sent.length, headers));
    socket.write(sent);
    while (!received.includes('"requestId"')) await once(socket, 'data');
    t.match(received, 'HTTP/1.1 415 ', what);
    socket.write('GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n');
    // a minute later it would be told that its request has not arrived
    const late = AbortSignal.timeout(10_000);
    while (!late.aborted && !received.includes('{"status":"ok"}'))
      await once(socket, 'data', { signal: late }).catch(() => {});
    t.match(received, '{"status":"ok"}', what);
    socket.destroy();
  }
});

t.test('a compressed body that is no such, and refused for want of room, ends nothing', async (t) => {
  const large = 2 ** 20;
  const { authenticate, until, admit } = holdFirst();
  const app = build(t, { maxBytes: large, maxBytesInFlight: large, authenticate });
  const { socket: waiting } = await open(app);
  waiting.write(head(body.length) + body);
  await until(1);
  const { socket: holder } = await open(app);
  holder.write(head(large));
  holder.write(Buffer.alloc(large / 2, ' '));
  await until(2);
  // its answer comes behind the first, so that there is time to inflate
  waiting.write(head(large, 'content-encoding: gzip\r\n'));
  waiting.write(Buffer.alloc(large));
  await until(3);
  t.equal((await post(app, '/predict', body)).body, answer);
  for (let k = 0; k < 100; k++) await app.inject('/health/live');
  admit();
  let received = '';
  while (!received.includes('"overloaded"')) received += (await once(waiting, 'data'))[0];
  t.match(received, / 200 OK.* 503 /s);
  waiting.destroy();
  holder.destroy();
});

t.test('a body that is too long at any time is 413, and not to be tried again', async (t) => {
  const app = build(t, { maxBytes: 1000, maxBytesInFlight: 1000 });
  for (const encoding of ['', 'content-encoding: gzip\r\n']) {
    const { socket } = await open(app);
    socket.write(head(2 ** 30, encoding));
    socket.end();
    let received = '';
    for await (const text of socket) received += text;
    t.match(received, /^HTTP\/1\.1 4(13|00) /, encoding);
    t.notMatch(received, /retry-after/);
  }
});

t.test('a client that speaks no HTTP is hung up on, though it does not hang up', async (t) => {
  const app = build(t, { maxInFlight: 1 });
  const { socket, server } = await open(app);
  const chunked = head(0).replace('content-length: 0', 'transfer-encoding: chunked');
  socket.write(`${chunked}no length\r\n`);
  const [received] = await once(socket, 'data');
  t.match(String(received), /^HTTP\/1\.1 400 /);
  const late = AbortSignal.timeout(10_000);
  // what its request held is given back with the event, not when it is destroyed
  if (!server.closed) await once(server, 'close', { signal: late }).catch(() => {});
  t.ok(server.closed);
  t.equal((await post(app, '/predict', body)).body, answer);
  socket.destroy();
});

t.test('what comes behind an answer that ends the connection is not done', async (t) => {
  const app = build(t);
  let nDone = 0;
  app.post('/act', { config: { scope: 'open' } }, async () => {
    nDone++;
    return {};
  });
  const { socket, server } = await open(app);
  const closed = once(server, 'close');
  // it need not be asked for the body, and so some of it may follow
  socket.write('POST /nothing HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n');
  const [received] = await once(socket, 'data');
  t.match(String(received), /^HTTP\/1\.1 404 (.*\r\n)*connection: close\r\n/i);
  const act = 'POST /act HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n';
  socket.on('error', () => {}).write(`{}${act}`);
  await closed;
  t.equal(nDone, 0);
  socket.destroy();
});

t.test('a client that sends much of what is not read, before it reads, is told so', async (t) => {
  const app = build(t);
  const url = await app.listen({ port: 0, host });
  const payload = Buffer.alloc(2 ** 24);
  for (const path of ['/predict', '/invocations'])
    for (const connection of ['keep-alive', 'close']) {
      const { socket } = await open(app);
      const type = `host: x\r\ncontent-type: text/plain\r\nconnection: ${connection}`;
      socket.write(`POST ${path} HTTP/1.1\r\n${type}\r\ncontent-length: ${payload.length}\r\n\r\n`);
      const failed = once(socket, 'error');
      failed.catch(() => {});
      const isSent = await Promise.race([
        new Promise((resolve) => socket.write(payload, (error) => resolve(error ?? 'sent'))),
        failed,
      ]);
      t.equal(isSent, 'sent', `${url}${path} ${connection}`);
      const [received] = await once(socket, 'data');
      t.match(String(received), /^HTTP\/1\.1 415 /);
      socket.destroy();
    }
});

t.test('a client that reads no answer is hung up on, also before a tunnel that is refused', async (t) => {
  const app = build(t);
  app.server.timeout = 500;
  for (const last of ['', 'CONNECT x:443 HTTP/1.1\r\nhost: x:443\r\n\r\n']) {
    const { socket, server } = await open(app);
    t.teardown(() => socket.destroy());
    // more than the buffers of the system hold
    socket.pause().write('GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(400) + last);
    await once(server, 'close');
    t.pass('before the test times out');
  }
});
