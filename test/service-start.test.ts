import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { examples } from '@housing/bench/examples.js';
import { readSettings } from '@housing/service';
import t from 'tap';
import { document, shipped } from './support/documents.js';
import { startServer, untilListening } from './support/server.js';
import { shippedFolder } from './support/service.js';

const [{ body, answer }] = examples;
const headers = { 'content-type': 'application/json' };

t.test('prints where it serves, and serves there', async (t) => {
  const url = await untilListening(startServer(t));
  t.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const response = await fetch(`${url}/predict`, { method: 'POST', headers, body });
  t.equal(await response.text(), answer);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`${signal} lets a request in flight finish, and then exits with 0`, async (t) => {
    const server = startServer(t);
    const { port } = new URL(await untilListening(server));
    const socket = connect(Number(port), '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    const head = `POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n`;
    // the service asks for the body when it has begun to answer
    socket.write(`${head}expect: 100-continue\r\n\r\n`);
    while (!received.includes('100 Continue')) await once(socket, 'data');

    server.child.kill(signal);
    await untilRefused(Number(port));
    socket.write(body);
    await once(socket, 'close');
    t.match(received, /HTTP\/1\.1 200 OK/);
    t.ok(received.endsWith(answer));
    t.equal(await server.exit, 0);
    t.equal(server.output.stderr, '');
  });
}

t.test('an idle connection does not keep it from exiting', async (t) => {
  const server = startServer(t);
  const url = await untilListening(server);
  const { port } = new URL(url);
  const idle = connect(Number(port), '127.0.0.1');
  await once(idle, 'connect');
  await (await fetch(`${url}/health`)).text();
  server.child.kill('SIGTERM');
  t.equal(await server.exit, 0);
  idle.destroy();
});

/** Waits until nobody listens on a port any more. */
async function untilRefused(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const refused = await new Promise((resolve) =>
      socket.on('connect', () => resolve(false)).on('error', () => resolve(true)),
    );
    socket.destroy();
    if (refused) return;
  }
}

t.test('a taken port is one line and exit 1', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  t.teardown(() => holder.close());
  const { port } = holder.address() as AddressInfo;
  const server = startServer(t, { PORT: String(port) });
  t.equal(await server.exit, 1);
  t.equal(server.output.stderr, `PORT: expected a free one, got ${port}, which is taken at 127.0.0.1\n`);
});

const bad: Record<string, [Record<string, string>, string]> = {
  'a port that is no number': [{ PORT: 'http' }, 'PORT: expected a whole number from 0 to 65535, got "http"'],
  'an unknown default': [
    { DEFAULT_MODEL: 'none' },
    'DEFAULT_MODEL: expected one of housing-flask, housing, got "none"',
  ],
  'a host that is not here': [{ HOST: '192.0.2.1' }, 'HOST: expected an address of this machine, got 192.0.2.1'],
  'a folder that is not there': [
    { MODELS_DIR: '/nowhere' },
    "MODELS_DIR: expected a folder, got ENOENT: no such file or directory, scandir '/nowhere'",
  ],
};

for (const [what, [settings, line]] of Object.entries(bad)) {
  t.test(`${what} is one line and exit 1`, async (t) => {
    const server = startServer(t, settings);
    t.equal(await server.exit, 1);
    t.equal(server.output.stderr, `${line}\n`);
    t.equal(server.output.stdout, '');
  });
}

t.test('every setting is checked', async (t) => {
  const refused = (settings: Record<string, string>, message: string) =>
    t.throws(() => readSettings(settings), { message });
  refused({ PORT: '65536' }, 'PORT: expected a whole number from 0 to 65535, got "65536"');
  refused({ PORT: '5e3' }, 'PORT: expected a whole number from 0 to 65535, got "5e3"');
  refused({ MAX_ROWS: '0' }, 'MAX_ROWS: expected a whole number from 1 to 100000000, got "0"');
  refused({ MAX_BYTES: '1mb' }, 'MAX_BYTES: expected a whole number from 1 to 536870912, got "1mb"');
  refused(
    { LOG_LEVEL: 'loud' },
    'LOG_LEVEL: expected one of fatal, error, warn, info, debug, trace, silent, got "loud"',
  );
});

t.test('every setting has a default, which an empty one takes too', async (t) => {
  const defaults = {
    host: '127.0.0.1',
    port: 5000,
    modelsDir: shippedFolder,
    defaultModel: undefined,
    maxRows: 100_000,
    maxBytes: 33_554_432,
    logLevel: 'info',
  };
  t.strictSame(readSettings({}), defaults);
  const empty = { HOST: '', PORT: '', MODELS_DIR: '', DEFAULT_MODEL: '', MAX_ROWS: '', MAX_BYTES: '', LOG_LEVEL: '' };
  t.strictSame(readSettings(empty), defaults);
});

t.test('a model file at fault stops the start with file and reason', async (t) => {
  const golden = { rows: [[1, 2]], predictions: [8] };
  const faults: [string, string][] = [
    ['{"format":', 'Unexpected end of JSON input'],
    ['x\ny', `Unexpected token 'x', "x y" is not valid JSON`],
    ['[]', 'document: expected an object, got an array of 0'],
    [JSON.stringify(document({ init: null })), 'init: expected a finite number, got null'],
    [JSON.stringify(document({ golden })), 'golden.rows[0]: expected the prediction 8, got 7'],
  ];
  for (const [text, reason] of faults) {
    const folder = t.testdir({ 'good.json': JSON.stringify(document()), 'wrong.json': text });
    const server = startServer(t, { MODELS_DIR: folder });
    t.equal(await server.exit, 1);
    t.equal(server.output.stderr, `${join(folder, 'wrong.json')}: ${reason}\n`);
  }
});

t.test('a folder named as a model stops the start', async (t) => {
  const folder = t.testdir({ 'wrong.json': {} });
  const server = startServer(t, { MODELS_DIR: folder });
  t.equal(await server.exit, 1);
  t.equal(server.output.stderr, `${join(folder, 'wrong.json')}: EISDIR: illegal operation on a directory, read\n`);
});

t.test('a folder without models stops the start', async (t) => {
  const folder = t.testdir({ 'readme.txt': '', 'a b.json': '{}' });
  const server = startServer(t, { MODELS_DIR: folder });
  t.equal(await server.exit, 1);
  t.equal(server.output.stderr, `${folder}: expected NAME.json files, got none\n`);
});

t.test('a model dropped into a folder is served by its name', async (t) => {
  const folder = t.testdir({ 'small.v1_2.json': JSON.stringify(document()) });
  const url = await untilListening(startServer(t, { MODELS_DIR: folder }));
  for (const path of ['/predict', '/models/small.v1_2/predict']) {
    const response = await fetch(url + path, { method: 'POST', headers, body: '[{"b":8,"a":3}]' });
    t.equal(await response.text(), '{"prediction":[13]}');
  }
});

t.test('without a default among several the start fails, unless one is named housing', async (t) => {
  const two = { 'a.json': JSON.stringify(document()), 'b.json': JSON.stringify(document()) };
  const server = startServer(t, { MODELS_DIR: t.testdir(two) });
  t.equal(await server.exit, 1);
  t.equal(server.output.stderr, 'DEFAULT_MODEL: expected one of a, b, got none\n');

  const three = { ...two, 'housing.json': JSON.stringify(shipped('housing')) };
  const url = await untilListening(startServer(t, { MODELS_DIR: t.testdir(three) }));
  t.match(await (await fetch(`${url}/models`)).json(), { default: 'housing' });
});

t.test('the shipped models are those of @housing/model', async (t) => {
  const url = await untilListening(startServer(t, { MODELS_DIR: shippedFolder }));
  t.match(await (await fetch(`${url}/models`)).json(), {
    default: 'housing',
    models: [{ name: 'housing-flask' }, { name: 'housing' }],
  });
});

/** Sends bytes and returns all that comes back. */
async function exchange(port: string, bytes: string): Promise<string> {
  const socket = connect(Number(port), '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.write(bytes);
  await once(socket, 'close');
  return received;
}

t.test('what is not HTTP is a problem too, before there is a request', async (t) => {
  const { port } = new URL(await untilListening(startServer(t)));
  const broken = await exchange(port, 'nonsense\r\n\r\n');
  t.match(broken, /^HTTP\/1\.1 400 Bad Request\r\n/);
  t.match(JSON.parse(broken.split('\r\n\r\n')[1]), { status: 400, code: 'malformed_request' });
  const large = await exchange(port, `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`);
  t.match(large, /^HTTP\/1\.1 431 Request Header Fields Too Large\r\ncontent-type: application\/problem\+json\r\n/);
  t.match(JSON.parse(large.split('\r\n\r\n')[1]), { status: 431, code: 'headers_too_large' });
});
