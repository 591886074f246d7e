import { once } from 'node:events';
import { METHODS, request } from 'node:http';
import { connect } from 'node:net';
import { examples } from '@housing/bench/examples.js';
import t from 'tap';
import { exchange } from './support/exchange.js';
import { makeKey, openKeys } from './support/keys.js';
import { build } from './support/service.js';

t.test('what is not HTTP is a problem too, before there is a request', async (t) => {
  const { port } = new URL(await build(t).listen({ port: 0, host: '127.0.0.1' }));
  const broken = await exchange(port, 'nonsense\r\n\r\n');
  t.match(broken, /^HTTP\/1\.1 400 Bad Request\r\n/);
  const detail = 'expected HTTP, got Parse Error: Invalid method encountered';
  t.match(JSON.parse(broken.split('\r\n\r\n')[1]), { status: 400, code: 'malformed_request', detail });
  const large = await exchange(port, `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`);
  t.match(
    large,
    /^HTTP\/1\.1 431 Request Header Fields Too Large\r\n(.*\r\n)*content-type: application\/problem\+json\r\n/,
  );
  t.match(JSON.parse(large.split('\r\n\r\n')[1]), {
    status: 431,
    code: 'headers_too_large',
    detail: 'expected headers of at most 16384 bytes, got more',
  });
});

t.test('what is not HTTP is told its id, and browsers what every answer tells them', async (t) => {
  const { port } = new URL(await build(t, { hstsMaxAge: 60 }).listen({ port: 0, host: '127.0.0.1' }));
  const told = async (request: string) => {
    const [head, body] = (await exchange(port, request)).split('\r\n\r\n');
    const lines = head.toLowerCase().split('\r\n');
    t.ok(lines.includes(`x-request-id: ${JSON.parse(body).requestId}`), request);
    // but for the id, and how the body is framed
    return lines.filter((line) => !/^(x-request-id|content-.*|connection|date|keep-alive):/.test(line)).sort();
  };
  const end = 'host: x\r\nconnection: close\r\n\r\n';
  const noChunk = 'host: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nno length\r\n';
  t.strictSame(await told('nonsense\r\n\r\n'), await told(`GET /%zz HTTP/1.1\r\n${end}`));
  t.strictSame(await told(`POST /predict HTTP/1.1\r\n${noChunk}`), await told(`POST /%zz HTTP/1.1\r\n${end}`));
});

t.test('what is not HTTP is answered behind the answers that are due, and ends the connection', async (t) => {
  const app = build(t);
  app.get('/slow', { config: { scope: 'open' } }, async () => {
    await once(app.server, 'clientError');
    return 'slow';
  });
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  const slow = 'GET /slow HTTP/1.1\r\nhost: x\r\n\r\n';
  const chunked = (path: string) => `POST ${path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n`;
  const json = 'content-type: application/json\r\n\r\n1\r\n{\r\n';
  const cases: [string, string, string[]][] = [
    ['behind a request', `${slow}nonsense\r\n\r\n`, ['200', '400']],
    ['behind several', `${slow}${slow}GET /health HTTP/1.1\r\nhost: x\r\n\r\nnonsense\r\n\r\n`, ['200', '200', '200', '400']],
    ['within a body', `${chunked('/predict')}${json}nonsense\r\n`, ['400']],
    ['within a body, behind a request', `${slow}${chunked('/predict')}${json}nonsense\r\n`, ['200', '400']],
    ['within a body that is not read', `${chunked('/none')}${json}nonsense\r\n`, ['404']],
    ['within one that is not read, behind a request', `${slow}${chunked('/none')}${json}nonsense\r\n`, ['200', '404']],
    ['behind a last request', `${slow.replace('host', 'connection: close\r\nhost')}nonsense\r\n\r\n`, ['200']],
  ]; // biome-ignore format: a case a line
  for (const [what, bytes, statuses] of cases) {
    const received = await exchange(port, bytes);
    const got = [...received.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status);
    t.strictSame(got, statuses, what);
  }
});

t.test('who waits to be asked for the body is refused without being asked', async (t) => {
  const alice = makeKey('alice', ['predict']);
  const { authenticate } = openKeys(t, [alice]);
  const { port } = new URL(await build(t, { authenticate, maxBytes: 10 }).listen({ port: 0, host: '127.0.0.1' }));
  const head = (path: string, headers: string) =>
    `POST ${path} HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-type: application/json\r\n${headers}\r\n`;
  const key = `x-api-key: ${alice.key}\r\n`;
  const cases: [string, string, string][] = [
    ['/predict', 'content-length: 2\r\n', '401'],
    ['/predict', 'content-length: 2\r\nconnection: close\r\n', '401'],
    ['/nothing', 'content-length: 2\r\n', '404'],
    ['/health', 'content-length: 2\r\n', '405'],
    ['/predict', `${key}content-length: 11\r\n`, '413'],
    ['/predict', `${key}content-length: 2\r\ncontent-encoding: br\r\n`, '415'],
    ['/predict', `${key}content-length: 2\r\nexpect: tea\r\n`, '417'],
  ];
  for (const [path, headers, status] of cases) {
    const answers = (await exchange(port, head(path, headers))).match(/HTTP\/1\.1 \d+/g);
    t.strictSame(answers, [`HTTP/1.1 ${status}`], `${status} for ${path} with ${headers}`);
  }

  const socket = connect(Number(port), '127.0.0.1');
  socket.write(head('/predict', `${key}content-length: 2\r\nconnection: close\r\n`));
  const [asked] = await once(socket, 'data');
  t.equal(String(asked), 'HTTP/1.1 100 Continue\r\n\r\n');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.write('[]');
  await once(socket, 'close');
  t.match(answer, /^HTTP\/1\.1 200 OK\r\n(.*\r\n)*\r\n\{"prediction":\[\]\}$/);
});

t.test('who does not wait to be asked for a body is told too that it is refused', async (t) => {
  const { port } = new URL(await build(t).listen({ port: 0, host: '127.0.0.1' }));
  // more than the buffers of the system hold
  const body = ' '.repeat(2e7);
  const head = `POST /nothing HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: ${body.length}\r\n\r\n`;
  t.match(await exchange(port, head + body), /^HTTP\/1\.1 404 Not Found\r\n/);
});

t.test('every method that Node knows is refused where another is expected', async (t) => {
  const { port } = new URL(await build(t).listen({ port: 0, host: '127.0.0.1' }));
  // what CONNECT asks for is no resource
  for (const method of METHODS.filter((method) => method !== 'POST' && method !== 'CONNECT')) {
    for (const path of ['/predict', '/models/housing/predict']) {
      const answer = await exchange(port, `${method} ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
      t.match(answer, /^HTTP\/1\.1 405 Method Not Allowed\r\n(.*\r\n)*allow: POST\r\n/, `${method} ${path}`);
    }
  }
});

t.test('a tunnel is refused behind the answers that are due', async (t) => {
  const { port } = new URL(await build(t).listen({ port: 0, host: '127.0.0.1' }));
  const asked = 'CONNECT x:443 HTTP/1.1\r\nhost: x:443\r\n\r\n';
  const alone = await exchange(port, asked);
  t.match(alone, /^HTTP\/1\.1 400 Bad Request\r\n(.*\r\n)*connection: close\r\n/);
  t.match(JSON.parse(alone.split('\r\n\r\n')[1]), {
    code: 'malformed_request',
    detail: 'expected a request for a path, got CONNECT',
    requestId: /^[\da-f-]{36}$/,
  });
  const [{ body }] = examples;
  const head = `POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  const behind = await exchange(port, `${head}${body}${asked}GET /health HTTP/1.1\r\nhost: x\r\n\r\n`);
  t.strictSame(behind.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 400']);
});

t.test('what Node itself would refuse without a word is a problem too', async (t) => {
  const { port } = new URL(await build(t).listen({ port: 0, host: '127.0.0.1' }));
  const refusal = async (headers: string) =>
    JSON.parse(
      (await exchange(port, `GET /health HTTP/1.1\r\n${headers}connection: close\r\n\r\n`)).split('\r\n\r\n')[1],
    );
  t.match(await refusal(''), { status: 400, code: 'malformed_request', detail: 'host: expected a header, got none' });
  t.match(await refusal('host: x\r\nexpect: tea\r\n'), {
    status: 417,
    code: 'expectation_failed',
    detail: 'expect: expected 100-continue, got "tea"',
    requestId: /^[\da-f-]{36}$/,
  });
});

t.test('two lines of a header that says one thing are refused, and never one of them taken', async (t) => {
  const { key } = makeKey('alice', ['predict', 'metadata']);
  const { authenticate } = openKeys(t, [makeKey('bob', ['predict'])]);
  for (const options of [{}, { authenticate, corsOrigins: ['https://example.org'] }]) {
    const { port } = new URL(await build(t, options).listen({ port: 0, host: '127.0.0.1' }));
    for (const [name, first, second] of [
      ['host', 'x', 'y'],
      ['Host', '', ''],
      ['Authorization', `Bearer ${key}`, `Bearer ${key}`],
      ['authorization', 'Bearer secret', 'Basic secret'],
      ['X-API-Key', key, 'secret'],
      ['content-type', 'application/json', 'text/csv'],
      // of which what follows the semicolon is read by nobody
      ['Content-Type', 'application/json; a=b', 'text/csv'],
    ] as const)
      for (const request of [
        'GET /health',
        'GET /none',
        'POST /predict',
        'POST /v2/models/housing/infer',
        'OPTIONS /predict',
      ]) {
        const host = /host/i.test(name) ? '' : 'host: x\r\n';
        const preflight = 'origin: https://example.org\r\naccess-control-request-method: POST\r\n';
        const twice = `${name}: ${first}\r\n${preflight}${name}: ${second}\r\n`;
        const got = await exchange(port, `${request} HTTP/1.1\r\n${host}${twice}connection: close\r\n\r\n`);
        t.match(got, /^HTTP\/1\.1 400 /, `${request} ${name}`);
        const detail = `${name.toLowerCase()}: expected one line, got 2`;
        t.match(JSON.parse(got.split('\r\n\r\n')[1]), { code: 'malformed_request', detail });
        t.notMatch(got, 'secret');
        t.notMatch(got, key);
      }
  }
});

t.test('two lines of a header that is a list are one list, and a line may have a comma', async (t) => {
  const { port } = new URL(await build(t).listen({ port: 0, host: '127.0.0.1' }));
  const get = (headers: string) =>
    exchange(port, `GET /models HTTP/1.1\r\nhost: x\r\n${headers}connection: close\r\n\r\n`);
  const tag = /etag: (\S+)/.exec(await get(''))?.[1];
  t.match(await get(`if-none-match: "other"\r\nif-none-match: ${tag}\r\n`), /^HTTP\/1\.1 304 /);
  const [{ body, answer }] = examples;
  const type = 'content-type: application/json; profile="a, b"\r\nuser-agent: a\r\nuser-agent: b\r\n';
  const head = `host: x\r\n${type}content-length: ${body.length}\r\nconnection: close\r\n\r\n`;
  const got = await exchange(port, `POST /predict HTTP/1.1\r\n${head}${body}`);
  t.equal(got.split('\r\n\r\n')[1], answer);
});

t.test('a client that sends too many bytes before it reads is told so', async (t) => {
  const url = await build(t, { maxBytes: 1000 }).listen({ port: 0, host: '127.0.0.1' });
  const { hostname, port } = new URL(url);
  // more than the buffers of the system hold
  const chunk = Buffer.alloc(2 ** 20, ' ');
  for (const chunked of [false, true]) {
    const headers = { 'content-type': 'application/json', ...(chunked ? {} : { 'content-length': 32 * chunk.length }) };
    const sent = request({ hostname, port, path: '/predict', method: 'POST', headers });
    // once() rejects where the connection breaks
    const answered = once(sent, 'response');
    for (let k = 0; k < 32; k++) if (!sent.write(chunk)) await once(sent, 'drain');
    sent.end();
    const [response] = await answered;
    t.equal(response.statusCode, 413);
    t.match(JSON.parse(Buffer.concat(await response.toArray()).toString()), {
      code: 'too_many_bytes',
      detail: `body: expected at most 1000 bytes, got ${chunked ? 'more' : 32 * chunk.length}`,
    });
  }
});
