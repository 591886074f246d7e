import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { exchange } from './support/exchange.js';
import { build, post, servedModel } from './support/service.js';

const row = { CHAS: 0, RM: 6.575, TAX: 296, PTRATIO: 15.3, B: 396.9, LSTAT: 4.98 };

/** An app whose log lines are collected, parsed. */
function buildWithLog(t: Parameters<typeof build>[0], level: string) {
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
  return { app: build(t, { logger: { level, stream } }), lines };
}

t.test('a client that hangs up within its body is no failure of the service', async (t) => {
  const { app, lines } = buildWithLog(t, 'info');
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  const half = 'POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n[';
  for (const hangUp of ['destroy', 'resetAndDestroy', 'end'] as const) {
    lines.length = 0;
    const socket = connect(Number(port), '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    const begun = once(app.server, 'request');
    socket.write(half);
    const [request] = await begun;
    // once() would reject for a reset
    const closed = new Promise((resolve) => request.socket.once('close', resolve));
    socket[hangUp]();
    await closed;
    // what reads the body learns of it after the connection
    for (let k = 0; k < 3; k++) await new Promise(setImmediate);
    t.match(
      lines,
      [{ level: 30, method: 'POST', url: '/predict', status: 499, code: 'client_gone', msg: 'hung up' }],
      hangUp,
    );
    t.equal(lines.length, 1);
    // who ends no more than its own side may read why nothing comes of it
    if (hangUp === 'end') t.match(received, `"requestId":"${lines[0].reqId}"`);
  }
  const { body } = await app.inject('/metrics');
  t.match(body, 'http_problems_total{code="client_gone"} 3\n');
  t.match(body, 'http_problems_total{code="malformed_request"} 0\n');
});

t.test('a request is one line: id, model, rows, status and duration', async (t) => {
  const { app, lines } = buildWithLog(t, 'info');
  const response = await post(app, '/models/housing/predict', [row, row]);
  t.equal(lines.length, 1);
  t.match(lines[0], {
    level: 30,
    reqId: response.headers['x-request-id'],
    method: 'POST',
    url: '/models/housing/predict',
    status: 200,
    model: 'housing',
    version: 1,
    rows: 2,
    msg: 'answered',
  });
  t.type(lines[0].ms, 'number');
});

t.test('a refused request is a line too: why and from where, without its payload', async (t) => {
  const { app, lines } = buildWithLog(t, 'info');
  await post(app, '/predict', [{ ...row, RM: 'secret' }]);
  t.equal(lines.length, 1);
  t.match(lines[0], { status: 400, code: 'wrong_type', ip: '127.0.0.1', model: 'housing', version: 1 });
  t.notMatch(JSON.stringify(lines), 'secret');
});

t.test('a path that no route can have is a line too', async (t) => {
  const { app, lines } = buildWithLog(t, 'info');
  const { headers } = await app.inject('/%zz');
  t.match(lines, [{ level: 30, method: 'GET', url: '/%zz', status: 400, code: 'malformed_request', msg: 'answered' }]);
  t.equal(headers['x-request-id'], lines[0].reqId);
});

t.test('what the parser of HTTP refuses is one line too, by the id that its client is told', async (t) => {
  const { app, lines } = buildWithLog(t, 'info');
  let idOfRequest: string | undefined;
  app.addHook('onRequest', ({ id }, _reply, done) => {
    idOfRequest = id;
    done();
  });
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  const late = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
  const post = 'POST /predict?key=secret HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
  const asked = { method: 'POST', url: '/predict' };
  const cases: [string, string, object, (() => void)?][] = [
    ['no HTTP', 'secret\r\n\r\n', { status: 400, code: 'malformed_request' }],
    ['a header that is none', `${post}se cret: secret\r\n\r\n`, { status: 400, code: 'malformed_request' }],
    ['long headers', `${post}x: ${'secret'.repeat(9999)}\r\n\r\n`, { status: 431, code: 'headers_too_large' }],
    ['half a head, too late', post, { status: 408, code: 'request_timeout' }, () => {
      app.server.once('connection', (socket) => app.server.emit('clientError', late, socket));
    }],
    ['half a body', `${post}transfer-encoding: chunked\r\n\r\nsecret\r\n`, { ...asked, status: 400, code: 'malformed_request' }],
    ['half a body, too late', `${post}content-length: 99\r\n\r\nsecret`, { ...asked, status: 408, code: 'request_timeout' }, () => {
      app.server.once('request', ({ socket }) => app.server.emit('clientError', late, socket));
    }],
  ]; // biome-ignore format: a case a line
  for (const [what, bytes, line, prepare] of cases) {
    lines.length = 0;
    idOfRequest = undefined;
    prepare?.();
    const { code, requestId } = JSON.parse((await exchange(port, bytes)).split('\r\n\r\n')[1]);
    // what reads the body learns of the end after the client
    for (let k = 0; k < 3; k++) await new Promise(setImmediate);
    t.match(lines, [{ level: 30, reqId: requestId, ...line, ip: '127.0.0.1', msg: 'answered' }], what);
    t.equal(lines.length, 1);
    t.equal(code, lines[0].code);
    if (idOfRequest !== undefined) t.equal(requestId, idOfRequest, 'which all other lines of it have');
    t.notMatch(JSON.stringify(lines), 'secret');
  }
  const { body } = await app.inject('/metrics');
  t.match(body, 'http_problems_total{code="client_gone"} 0\n');
  t.match(body, 'http_problems_total{code="malformed_request"} 3\n');
});

t.test('a query is not logged: it may be a secret that was sent to the wrong place', async (t) => {
  const { app, lines } = buildWithLog(t, 'info');
  for (const url of ['/predict?key=secret', '/health?key=secret', '/none?key=secret', '/%zz?key=secret'])
    await app.inject({ method: 'POST', url });
  t.strictSame(
    lines.map(({ url }) => url),
    ['/predict', '/health', '/none', '/%zz'],
  );
  t.notMatch(JSON.stringify(lines), 'secret');

  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  const socket = connect(Number(port), '127.0.0.1');
  const begun = once(app.server, 'request');
  const head = 'content-type: application/json\r\ncontent-length: 9\r\n\r\n[';
  socket.write(`POST /predict?key=secret HTTP/1.1\r\nhost: x\r\n${head}`);
  await begun;
  socket.destroy();
  const hungUp = () => lines.find(({ msg }) => msg === 'hung up');
  while (hungUp() === undefined) await new Promise(setImmediate);
  t.equal(hungUp()?.url, '/predict');
});

t.test('what machines ask every few seconds is no line', async (t) => {
  const { app, lines } = buildWithLog(t, 'info');
  const probes = ['/health/live', '/health/ready', '/v2/health/live', '/v2/health/ready', '/v2/models/housing/ready'];
  for (const url of [...probes, '/ping', '/metrics']) t.equal((await app.inject(url)).statusCode, 200, url);
  t.strictSame(lines, []);
  await app.inject('/health');
  t.equal(lines.length, 1);
});

t.test('payload, scaled rows and predictions are logged at debug level', async (t) => {
  const { app, lines } = buildWithLog(t, 'debug');
  await post(app, '/predict', [row]);
  const [predicted] = lines.filter(({ level }) => level === 20);
  t.strictSame(predicted.payload, [row]);
  t.strictSame(predicted.scaled, [
    ...servedModel('housing').predictor.transform(Float64Array.from(Object.values(row))),
  ]);
  t.strictSame(predicted.prediction, [25.0021457871835]);
});

t.test('the id of the client is used where it is fit to be logged', async (t) => {
  const { app, lines } = buildWithLog(t, 'info');
  const idFor = async (id: string) =>
    (await app.inject({ url: '/health', headers: { 'x-request-id': id } })).headers['x-request-id'];
  t.equal(await idFor('abc-123:4_5.6'), 'abc-123:4_5.6');
  t.equal(lines[0].reqId, 'abc-123:4_5.6');
  for (const unfit of ['x'.repeat(65), 'a b', '"', '']) t.match(await idFor(unfit), /^[\da-f]{8}-[\da-f-]{27}$/);
});
