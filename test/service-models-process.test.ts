import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { documentOf } from './support/documents.js';
import { linesOf, type Server, startServer, untilListening } from './support/server.js';

/** What the server predicts for the row [1, 2], with the version that says so. */
async function predict(url: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/predict`, { method: 'POST', headers, body: '[{"a":1,"b":2}]' });
  return `${response.headers.get('x-model-version')}: ${await response.text()}`;
}

/** Waits until the log has told this so many times. */
async function untilTold(server: Server, message: string, times = 1): Promise<void> {
  while (linesOf(server, message).length < times) await once(server.child.stdout, 'data');
}

t.test('SIGHUP reloads the models, and a file that fails leaves what serves', async (t) => {
  const folder = t.testdir({ m: { '1.json': documentOf(10) } });
  const server = startServer(t, { MODELS_DIR: folder });
  const url = await untilListening(server);
  t.equal(await predict(url), '1: {"prediction":[7]}');

  writeFileSync(join(folder, 'm', '2.json'), documentOf(20));
  server.child.kill('SIGHUP');
  await untilTold(server, 'model loaded', 2);
  t.equal(await predict(url), '2: {"prediction":[17]}');

  writeFileSync(join(folder, 'm', '3.json'), documentOf(30).slice(0, -1));
  server.child.kill('SIGHUP');
  await untilTold(server, 'model failed');
  t.equal(await predict(url), '2: {"prediction":[17]}');
  t.match(linesOf(server, 'model failed'), [{ level: 50, model: 'm', version: 3, reason: /JSON/ }]);

  rmSync(folder, { recursive: true });
  server.child.kill('SIGHUP');
  await untilTold(server, 'models not reloaded');
  t.equal(await predict(url), '2: {"prediction":[17]}');
  t.match(linesOf(server, 'models not reloaded'), [{ level: 50, reason: /^MODELS_DIR: expected a folder/ }]);

  mkdirSync(folder);
  writeFileSync(join(folder, 'm.json'), documentOf(40));
  server.child.kill('SIGHUP');
  await untilTold(server, 'models reloaded again');
  await untilTold(server, 'model loaded', 3);
  t.equal(await predict(url), '1: {"prediction":[37]}');

  server.child.kill('SIGTERM');
  t.equal(await server.exit, 0);
});

t.test('the log tells which files serve, at start and later', async (t) => {
  const folder = t.testdir({ 'm.json': documentOf(10), n: { '2.json': documentOf(20) } });
  const start = Date.now();
  const server = startServer(t, { MODELS_DIR: folder, DEFAULT_MODEL: 'm' });
  await untilListening(server);
  const told = (model: string, version: number, init: number) => {
    const sha256 = createHash('sha256').update(documentOf(init)).digest('hex');
    return { level: 30, model, version, sha256, loadedAt: Number };
  };
  const atStart = [told('m', 1, 10), told('n', 2, 20)];
  t.match(linesOf(server, 'model loaded'), atStart);
  t.ok(server.output.stdout.indexOf('model loaded') < server.output.stdout.indexOf('listening'));

  writeFileSync(join(folder, 'm.json'), documentOf(30));
  server.child.kill('SIGHUP');
  await untilTold(server, 'model loaded', 3);
  const lines = linesOf(server, 'model loaded');
  t.match(lines, [...atStart, told('m', 1, 30)]);
  const times = [start, ...lines.map(({ loadedAt }) => Number(loadedAt)), Date.now()];
  t.strictSame(
    times,
    [...times].sort((a, b) => a - b),
    'each when it had verified',
  );
});

t.test('SIGHUP while it starts, when it has read its models, reloads them once it can', async (t) => {
  const folder = t.testdir({ m: { '1.json': documentOf(10) } });
  // raised when the log is opened, which is after the models and before what traces is loaded
  const raise = `import { writeFileSync } from 'node:fs';
  process.on('newListener', (event, { name }) => {
    if (event !== 'exit' || name !== 'flush') return;
    writeFileSync(${JSON.stringify(join(folder, 'm', '2.json'))}, ${JSON.stringify(documentOf(20))});
    process.kill(process.pid, 'SIGHUP');
  })`;
  const server = startServer(t, {
    MODELS_DIR: folder,
    OTEL_TRACES_EXPORTER: 'console',
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(raise)}`,
  });
  const url = await untilListening(server);
  await untilTold(server, 'model loaded', 2);
  t.equal(await predict(url), '2: {"prediction":[17]}');
});

t.test('without MODELS_WATCH files that change are left until SIGHUP', async (t) => {
  const folder = t.testdir({ 'm.json': documentOf(10) });
  const url = await untilListening(startServer(t, { MODELS_DIR: folder }));
  const watching = startServer(t, { MODELS_DIR: folder, MODELS_WATCH: 'true' });
  await untilListening(watching);
  writeFileSync(join(folder, 'm.json'), documentOf(20));
  await untilTold(watching, 'model loaded', 2);
  t.equal(await predict(url), '1: {"prediction":[7]}');
});

t.test('with MODELS_WATCH a file is served once it is whole', async (t) => {
  const folder = t.testdir({ m: { '1.json': documentOf(10) } });
  const server = startServer(t, { MODELS_DIR: folder, MODELS_WATCH: 'true' });
  const url = await untilListening(server);

  const whole = documentOf(20);
  writeFileSync(join(folder, 'm', '2.json'), whole.slice(0, 100));
  await untilTold(server, 'model failed');
  t.equal(await predict(url), '1: {"prediction":[7]}');
  writeFileSync(join(folder, 'm', '2.json'), whole.slice(100), { flag: 'a' });
  await untilTold(server, 'model loaded', 2);
  t.equal(await predict(url), '2: {"prediction":[17]}');

  writeFileSync(join(folder, 'm', '2.json.part'), documentOf(30));
  renameSync(join(folder, 'm', '2.json.part'), join(folder, 'm', '2.json'));
  await untilTold(server, 'model loaded', 3);
  t.equal(await predict(url), '2: {"prediction":[27]}');

  rmSync(join(folder, 'm', '2.json'));
  await untilTold(server, 'model removed');
  t.equal(await predict(url), '1: {"prediction":[7]}');

  server.child.kill('SIGTERM');
  t.equal(await server.exit, 0);
});

t.test('with MODELS_WATCH a folder that Kubernetes mounts is followed through its links', async (t) => {
  const folder = t.testdir({ '..1': { 'm.json': documentOf(10) }, '..2': { 'm.json': documentOf(20) } });
  symlinkSync('..1', join(folder, '..data'));
  symlinkSync('..data/m.json', join(folder, 'm.json'));
  const server = startServer(t, { MODELS_DIR: folder, MODELS_WATCH: 'true' });
  const url = await untilListening(server);
  t.equal(await predict(url), '1: {"prediction":[7]}');
  symlinkSync('..2', join(folder, '..tmp'));
  renameSync(join(folder, '..tmp'), join(folder, '..data'));
  await untilTold(server, 'model loaded', 2);
  t.equal(await predict(url), '1: {"prediction":[17]}');
});
