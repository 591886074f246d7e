import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
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
  const socket = connect(Number(port), '127.0.0.1');
  const begun = once(app.server, 'request');
  socket.write('POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n[');
  await begun;
  socket.destroy();
  const later = () => lines.filter(({ msg }) => !String(msg).startsWith('Server listening'));
  while (later().length === 0) await new Promise(setImmediate);
  t.match(later(), [{ level: 30, status: 499, url: '/predict' }]);
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
