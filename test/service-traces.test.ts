import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { examples } from '@housing/bench/examples.js';
import { freePort } from '@housing/bench/free-port.js';
import t from 'tap';
import { type Collector, type Span, startCollector } from './support/collector.js';
import { type Server, startServer, untilListening } from './support/server.js';

const [{ body, answer }] = examples;
const headers = { 'content-type': 'application/json' };
const row = { CHAS: 0, RM: 6.575, TAX: 296, PTRATIO: 15.3, B: 396.9, LSTAT: 4.98 };

const nowhere = 'http://127.0.0.1:9';

/** Settings that send spans to a collector as JSON, at the earliest when the server stops. */
function settingsFor({ url }: Pick<Collector, 'url'>): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '3600000',
  };
}

async function post(url: string, path: string, body: string, more: Record<string, string> = {}): Promise<string> {
  return await (await fetch(url + path, { method: 'POST', headers: { ...headers, ...more }, body })).text();
}

async function stop({ child, exit }: Server): Promise<number | null> {
  child.kill('SIGTERM');
  return await exit;
}

/** The lines of the log. */
function linesOf({ output }: Server): Record<string, unknown>[] {
  return output.stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** The lines of the log above `info`, but that nobody needs a key. */
function warningsOf(server: Server): Record<string, unknown>[] {
  return linesOf(server).filter(({ level, msg }) => level !== 30 && !/^AUTH/.test(String(msg)));
}

function named(spans: readonly Span[], name: string): Span[] {
  return spans.filter((span) => span.name === name);
}

t.test('a prediction is a span: route, status, model, version and rows, below the span of its caller', async (t) => {
  const collector = await startCollector(t);
  const server = startServer(t, settingsFor(collector));
  const url = await untilListening(server);
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
  t.equal(await post(url, '/predict?key=secret', body, { traceparent }), answer);
  t.equal(await stop(server), 0);

  const [span] = named(collector.spans(), 'POST /predict');
  t.match(span, { traceId, parentSpanId: 'b7ad6b7169203331', kind: 2, status: { code: 0 } });
  t.match(span.attributes, {
    'http.request.method': 'POST',
    'http.route': '/predict',
    'http.response.status_code': 200,
    'url.scheme': 'http',
    'model.name': 'housing',
    'model.version': 1,
    'model.rows': 1,
  });
  t.equal(span.attributes['url.path'], '/predict', 'without the query');
  t.match(span.resource, { 'service.name': 'housing', 'service.version': /^\d/, 'telemetry.sdk.language': 'nodejs' });
  const [line] = linesOf(server).filter(({ msg }) => msg === 'answered');
  t.match(line, { trace_id: traceId, span_id: span.spanId, url: '/predict', rows: 1 });
});

t.test('every request of before the stop is sent, also one that was in flight', async (t) => {
  const collector = await startCollector(t);
  const server = startServer(t, settingsFor(collector));
  const url = await untilListening(server);
  // more than go into one export
  for (let k = 0; k < 600; k += 50)
    await Promise.all(Array.from({ length: 50 }, () => post(url, '/models/housing/predict', body)));
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const lines = ['POST /v1/models/housing:predict HTTP/1.1', 'host: x', 'content-type: application/json'];
  const instances = JSON.stringify({ instances: [row] });
  socket.write(`${lines.join('\r\n')}\r\ncontent-length: ${instances.length}\r\nexpect: 100-continue\r\n\r\n`);
  await once(socket, 'data');
  server.child.kill('SIGTERM');
  // stopping goes on meanwhile, as far as it can
  await untilRefused(url);
  socket.write(instances);
  await once(socket, 'close');
  t.equal(await server.exit, 0);
  t.equal(named(collector.spans(), 'POST /models/:name/predict').length, 600);
  t.match(named(collector.spans(), 'POST /v1/models/:name([^:]+)::predict'), [{ attributes: { 'model.rows': 1 } }]);
});

async function untilRefused(url: string): Promise<void> {
  while (
    await fetch(url).then(
      () => true,
      () => false,
    )
  );
}

t.test('a refusal is no error of the service, and its span has nothing of the payload', async (t) => {
  const collector = await startCollector(t);
  const server = startServer(t, settingsFor(collector));
  const url = await untilListening(server);
  await post(url, '/predict', JSON.stringify([{ ...row, RM: 'secret' }]));
  await post(url, '/predict', '{');
  await (await fetch(`${url}/models/none`)).text();
  await (await fetch(`${url}/nowhere`)).text();
  t.equal(await stop(server), 0);

  const spans = collector.spans();
  const statuses = spans.map(({ name, status, attributes }) => [
    name,
    attributes['http.response.status_code'],
    status.code,
    attributes['model.name'],
  ]);
  t.strictSame(statuses, [
    ['POST /predict', 400, 0, 'housing'],
    ['POST /predict', 400, 0, undefined],
    ['GET /models/:name', 404, 0, undefined],
    ['GET', 404, 0, undefined],
  ]);
  t.notMatch(JSON.stringify(spans), 'secret');
});

t.test('a request that is refused for the load is an error', async (t) => {
  const collector = await startCollector(t);
  const server = startServer(t, { ...settingsFor(collector), MAX_IN_FLIGHT: '1' });
  const url = await untilListening(server);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(
    'POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n',
  );
  await once(socket, 'data');
  await post(url, '/predict', body);
  socket.destroy();
  t.equal(await stop(server), 0);
  const [refused] = collector.spans().filter(({ status }) => status.code === 2);
  t.match(refused, { name: 'POST /predict', attributes: { 'http.response.status_code': 503 } });
});

t.test('probes are no spans', async (t) => {
  const collector = await startCollector(t);
  const server = startServer(t, settingsFor(collector));
  const url = await untilListening(server);
  const probes = ['/health', '/health/live', '/health/ready', '/v2/health/live', '/v2/health/ready', '/ping'];
  for (const path of [...probes, '/v2/models/housing/versions/1/ready', '/']) await (await fetch(url + path)).text();
  t.equal(await stop(server), 0);
  t.strictSame(
    collector.spans().map(({ name }) => name),
    ['GET /'],
  );
});

t.test('the standard variables name the service, sample, and set where and how it is sent', async (t) => {
  const collector = await startCollector(t);
  const server = startServer(t, {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/elsewhere`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-team=pricing',
    OTEL_SERVICE_NAME: 'prices',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=staging',
    OTEL_TRACES_SAMPLER: 'parentbased_always_off',
  });
  const url = await untilListening(server);
  await post(url, '/predict', body);
  await post(url, '/predict', body, { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
  t.equal(await stop(server), 0);

  t.match(collector.exports, [
    { url: '/elsewhere', headers: { 'content-type': 'application/x-protobuf', 'x-team': 'pricing' } },
  ]);
  // strings are themselves in a protocol buffer
  const sent = String(collector.exports[0].body);
  for (const text of ['prices', 'deployment.environment.name', 'staging']) t.match(sent, text);
  t.equal(sent.split('POST /predict').length, 2);
});

function importing(file: string): string {
  return `--import ${new URL(`support/${file}.js`, import.meta.url)}`;
}

t.test('no module of OpenTelemetry is loaded without the variables', async (t) => {
  const NODE_OPTIONS = importing('modules-at-exit');
  const modules = async (settings: Record<string, string>) => {
    const server = startServer(t, { NODE_OPTIONS, ...settings });
    t.equal(await post(await untilListening(server), '/predict', body), answer);
    t.equal(await stop(server), 0);
    return server.output.stderr;
  };
  t.equal(await modules({}), '');
  t.equal(await modules({ OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_SERVICE_NAME: 'prices' }), '');
  t.equal(await modules({ OTEL_EXPORTER_OTLP_ENDPOINT: nowhere, OTEL_SDK_DISABLED: 'true' }), '');
  t.equal(await modules({ OTEL_EXPORTER_OTLP_ENDPOINT: nowhere, OTEL_TRACES_EXPORTER: 'none' }), '');
  const loaded = await modules({ OTEL_TRACES_EXPORTER: 'console' });
  for (const name of ['@opentelemetry/sdk-trace-base', '@fastify/otel']) t.match(loaded, name);
});

t.test('a wrong variable is one line and exit 1', async (t) => {
  const wrong: [Record<string, string>, string][] = [
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER: expected one of otlp, console, none, got "zipkin"'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: nowhere, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'OTEL_EXPORTER_OTLP_PROTOCOL: expected one of http/protobuf, http/json, got "grpc"',
    ],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
      'OTEL_EXPORTER_OTLP_ENDPOINT: expected an address of http or https, got "collector:4318"',
    ],
  ];
  for (const [settings, line] of wrong) {
    const server = startServer(t, settings);
    t.equal(await server.exit, 1);
    t.equal(server.output.stderr, `${line}\n`);
  }
});

t.test('a variable that the SDK does not understand is a warning', async (t) => {
  const server = startServer(t, { ...settingsFor({ url: nowhere }), OTEL_TRACES_SAMPLER: 'sometimes' });
  await untilListening(server);
  t.match(warningsOf(server), [{ level: 40, msg: /^OTEL_TRACES_SAMPLER value "sometimes" invalid/ }]);
});

t.test('without the optional packages a start that needs them is one line and exit 1', async (t) => {
  const NODE_OPTIONS = importing('without-open-telemetry');
  const server = startServer(t, { NODE_OPTIONS, OTEL_EXPORTER_OTLP_ENDPOINT: nowhere });
  t.equal(await server.exit, 1);
  t.match(
    server.output.stderr,
    /^OTEL_\*: expected the optional packages of @housing\/service, got none: Cannot find .*\n$/,
  );
  const untraced = startServer(t, { NODE_OPTIONS });
  t.equal(await post(await untilListening(untraced), '/predict', body), answer);
  t.equal(await stop(untraced), 0);
});

t.test('a collector that is away is one warning, and its return one line', { timeout: 120_000 }, async (t) => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const settings = { ...settingsFor({ url }), OTEL_BSP_SCHEDULE_DELAY: '1', OTEL_EXPORTER_OTLP_TIMEOUT: '100' };
  const server = startServer(t, settings);
  const service = await untilListening(server);
  const told = (message: string) => linesOf(server).filter(({ msg }) => msg === message);
  for (let k = 0; k < 20; k++) t.equal(await post(service, '/predict', body), answer);
  while (told('traces not exported').length === 0) await once(server.child.stdout, 'data');
  for (let k = 0; k < 20; k++) t.equal(await post(service, '/predict', body), answer);

  const collector = await startCollector(t, port);
  while (told('traces exported again').length === 0) t.equal(await post(service, '/predict', body), answer);
  t.ok(collector.spans().length > 0);
  t.match(warningsOf(server), [{ level: 40, msg: 'traces not exported', reason: /ECONNREFUSED/ }]);
  t.equal(await stop(server), 0);
  t.equal(server.output.stderr, '');
});

t.test('a collector that never answers keeps nobody from stopping', { timeout: 60_000 }, async (t) => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.teardown(() => silent.close());
  const address = silent.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  const sockets = new Set<Socket>();
  silent.on('connection', (socket) => sockets.add(socket.on('error', () => {})));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });

  const server = startServer(t, {
    ...settingsFor({ url: `http://127.0.0.1:${address.port}` }),
    OTEL_EXPORTER_OTLP_TIMEOUT: '3600000',
    OTEL_BSP_EXPORT_TIMEOUT: '3600000',
  });
  t.equal(await post(await untilListening(server), '/predict', body), answer);
  t.equal(await stop(server), 0);
  t.equal(sockets.size, 1);
});
