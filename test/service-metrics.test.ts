import { once } from 'node:events';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { buildApp, gatherModels, openRepository } from '@housing/service';
import type { FastifyInstance } from 'fastify';
import t from 'tap';
import { documentOf } from './support/documents.js';
import { samplesOf, scrape } from './support/metrics.js';
import { build, post } from './support/service.js';

const host = '127.0.0.1';
const row = { CHAS: 0, RM: 6.575, TAX: 296, PTRATIO: 15.3, B: 396.9, LSTAT: 4.98 };
const count = 'http_request_duration_seconds_count';

t.test('requests are counted by route, method, status, model and version', async (t) => {
  const app = build(t);
  await post(app, '/predict', [row]);
  await post(app, '/predict', [row]);
  await post(app, '/predict', [{ ...row, RM: null }]);
  await post(app, '/models/housing-flask/versions/1/predict', [row]);
  await post(app, '/v1/models/housing:predict', { instances: [Object.values(row)] });
  await app.inject('/models/housing');
  await app.inject({ method: 'HEAD', url: '/health' });
  const model = 'model="housing",version="1"';
  const none = 'model="",version=""';
  t.strictSame(samplesOf(await scrape(app), count), {
    [`${count}{route="/predict",method="POST",status="200",${model}}`]: 2,
    [`${count}{route="/predict",method="POST",status="400",${model}}`]: 1,
    [`${count}{route="/models/:name/versions/:version/predict",method="POST",status="200",model="housing-flask",version="1"}`]: 1, // biome-ignore format: a sample a line
    [`${count}{route="/v1/models/:name:predict",method="POST",status="200",${model}}`]: 1,
    [`${count}{route="/models/:name",method="GET",status="200",${none}}`]: 1,
    [`${count}{route="/health",method="HEAD",status="200",${none}}`]: 1,
  });
});

t.test('no name, path or method that a client makes up becomes a label', async (t) => {
  const app = build(t);
  for (const url of ['/nothing', '/nothing/else', '/predict/x']) await app.inject(url);
  await post(app, '/models/no-such-model/predict', [row]);
  await app.inject({ method: 'PROPFIND', url: '/nothing' });
  await app.inject({ method: 'PROPFIND', url: '/predict' });
  await app.inject({ method: 'MKCOL', url: '/predict' });
  const none = 'model="",version=""';
  t.strictSame(samplesOf(await scrape(app), count), {
    [`${count}{route="unknown",method="GET",status="404",${none}}`]: 3,
    [`${count}{route="/models/:name/predict",method="POST",status="404",${none}}`]: 1,
    [`${count}{route="unknown",method="_OTHER",status="404",${none}}`]: 1,
    [`${count}{route="/predict",method="_OTHER",status="405",${none}}`]: 2,
  });
});

t.test('durations are in cumulative buckets, in seconds', async (t) => {
  const app = build(t);
  await post(app, '/predict', Array(3000).fill(row));
  const samples = await scrape(app);
  const labels = 'route="/predict",method="POST",status="200",model="housing",version="1"';
  const buckets = Object.entries(samplesOf(samples, `http_request_duration_seconds_bucket{${labels}`));
  const bounds = buckets.map(([sample]) => Number(sample.match(/le="(.*)"/)?.[1].replace('+Inf', 'Infinity')));
  t.strictSame(bounds, [
    0.0001,
    0.00025,
    0.0005,
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
    Infinity,
  ]);
  const sum = samples.get(`http_request_duration_seconds_sum{${labels}}`) ?? Number.NaN;
  t.ok(sum > 0.0001 && sum < 60, `${sum} s`);
  // of one request all that is known of the buckets
  t.strictSame(
    buckets.map(([, n]) => n),
    bounds.map((bound) => (sum <= bound ? 1 : 0)),
  );
});

t.test('rows are counted by model and version, and only those that were predicted', async (t) => {
  const app = build(t);
  await post(app, '/predict', [row, row, row]);
  await post(app, '/predict', [row]);
  await post(app, '/predict', [row, {}]);
  await post(app, '/invocations', { dataframe_records: Array(2500).fill(row) });
  await post(app, '/models/housing-flask/predict', []);
  t.strictSame(samplesOf(await scrape(app), 'model_predicted_rows_total'), {
    'model_predicted_rows_total{model="housing",version="1"}': 2504,
    'model_predicted_rows_total{model="housing-flask",version="1"}': 0,
  });
});

t.test('failures are counted by code, also those before routing, and all codes are there from the start', async (t) => {
  const app = build(t);
  const { port } = new URL(await app.listen({ port: 0, host }));
  const none = samplesOf(await scrape(app), 'http_problems_total');
  t.ok(Object.keys(none).length > 20);
  t.ok(Object.values(none).every((n) => n === 0));

  await post(app, '/predict', [{}]);
  await app.inject('/nothing');
  await app.inject('/%zz');
  const client = connect(Number(port), host).resume();
  client.write('no HTTP\r\n\r\n');
  await once(client, 'close');
  const failed = Object.entries(samplesOf(await scrape(app), 'http_problems_total')).filter(([, n]) => n > 0);
  t.strictSame(Object.fromEntries(failed), {
    'http_problems_total{code="missing_feature"}': 1,
    'http_problems_total{code="unknown_route"}': 1,
    'http_problems_total{code="malformed_request"}': 2,
  });
});

t.test('who hangs up behind an answer, or sends bytes behind the last one, sent no malformed request', async (t) => {
  const app = build(t);
  const { port } = new URL(await app.listen({ port: 0, host }));
  const ask = async (ending: string) => {
    const client = connect(Number(port), host);
    client.write(`GET /health HTTP/1.1\r\nhost: x\r\n${ending}`);
    await once(client, 'data');
    return client;
  };
  (await ask('\r\n')).resetAndDestroy();
  const last = await ask('connection: close\r\n\r\nno HTTP\r\n\r\n');
  if (!last.closed) await once(last.resume(), 'close');
  while (await nConnections(app)) await nextTurn();
  t.equal((await scrape(app)).get('http_problems_total{code="malformed_request"}'), 0);
});

function nConnections({ server }: Pick<FastifyInstance, 'server'>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, n) => (error ? reject(error) : resolve(n)));
  });
}

t.test('requests in flight are told, and those that are refused as too many', async (t) => {
  const app = build(t, { maxInFlight: 1 });
  const { port } = new URL(await app.listen({ port: 0, host }));
  const client = connect(Number(port), host);
  client.write('POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n');
  // not found out by posting: whichever came first would be in flight
  while ((await scrape(app)).get('http_requests_in_flight') !== 1) await nextTurn();
  t.equal((await post(app, '/predict', [row])).statusCode, 503);
  const samples = await scrape(app);
  t.equal(samples.get('http_requests_in_flight'), 1);
  t.equal(samples.get('http_requests_in_flight_limit'), 1);
  t.equal(samples.get('http_problems_total{code="overloaded"}'), 1);
  client.destroy();
  while ((await scrape(app)).get('http_requests_in_flight') !== 0) await nextTurn();
  t.equal((await post(app, '/predict', [row])).statusCode, 200);
});

t.test('the state of each version is told, when it was loaded, and what failed to load', async (t) => {
  const before = Date.now() / 1000;
  const folder = t.testdir({ m: { '1.json': documentOf(10) }, 'n.json': documentOf(10) });
  const { models, reload, unload } = openRepository(folder, 'm');
  const app = build(t, { models });
  const loaded = 'model_loaded_timestamp_seconds{model="m",version="1"}';
  const atStart = (await scrape(app)).get(loaded) ?? Number.NaN;
  t.ok(atStart >= before && atStart <= Date.now() / 1000, `loaded at ${atStart}`);

  writeFileSync(join(folder, 'm', '2.json'), '{}');
  await reload();
  await reload();
  await unload('n');
  const samples = await scrape(app);
  t.strictSame(samplesOf(samples, 'model_state'), {
    'model_state{model="m",version="1",state="READY"}': 1,
    'model_state{model="m",version="1",state="UNAVAILABLE"}': 0,
    'model_state{model="m",version="2",state="READY"}': 0,
    'model_state{model="m",version="2",state="UNAVAILABLE"}': 1,
    'model_state{model="n",version="1",state="READY"}': 0,
    'model_state{model="n",version="1",state="UNAVAILABLE"}': 1,
  });
  t.strictSame(samplesOf(samples, 'model_load_failures_total'), {
    'model_load_failures_total{model=""}': 0,
    'model_load_failures_total{model="m"}': 2,
    'model_load_failures_total{model="n"}': 0,
  });
  t.strictSame(samplesOf(samples, 'model_last_load_successful'), {
    'model_last_load_successful{model="m",version="1"}': 1,
    'model_last_load_successful{model="m",version="2"}': 0,
    // unloading is no failure
    'model_last_load_successful{model="n",version="1"}': 1,
  });
  t.strictSame(samplesOf(samples, 'model_loaded_timestamp_seconds'), { [loaded]: atStart });

  writeFileSync(join(folder, 'm', '2.json'), documentOf(20));
  await reload();
  const after = await scrape(app);
  t.equal(after.get('model_last_load_successful{model="m",version="2"}'), 1);
  t.equal(after.get('model_state{model="m",version="2",state="READY"}'), 1);
  t.ok((after.get('model_loaded_timestamp_seconds{model="m",version="2"}') ?? 0) > atStart);
  t.equal(after.get('model_load_failures_total{model="m"}'), 2);
});

t.test('whether the whole folder is refused is told until it is taken again, and how often it was', async (t) => {
  const folder = t.testdir({ 'm.json': documentOf(10) });
  const { models, reload } = openRepository(folder);
  const app = build(t, { models });
  const told = async () => {
    const samples = await scrape(app);
    return ['model_folder_last_read_successful', 'model_load_failures_total{model=""}'].map((name) =>
      samples.get(name),
    );
  };
  t.strictSame(await told(), [1, 0]);
  renameSync(join(folder, 'm.json'), join(folder, 'm'));
  await t.rejects(reload());
  t.strictSame(await told(), [0, 1]);
  await t.rejects(reload());
  t.strictSame(await told(), [0, 1], 'once, however often it is read again');
  renameSync(join(folder, 'm'), join(folder, 'm.json'));
  await reload();
  t.strictSame(await told(), [1, 1]);
});

t.test('rows go on being counted when the file of a version is replaced', async (t) => {
  const folder = t.testdir({ 'm.json': documentOf(10) });
  const { models, reload } = openRepository(folder);
  const app = build(t, { models });
  await post(app, '/predict', [{ a: 1, b: 2 }]);
  writeFileSync(join(folder, 'm.json'), documentOf(20));
  await reload();
  await post(app, '/predict', [{ a: 1, b: 2 }]);
  t.equal((await scrape(app)).get('model_predicted_rows_total{model="m",version="1"}'), 2);
});

t.test('a version that is gone keeps its counts for an hour, and begins anew when it comes back', async (t) => {
  let now = 0;
  t.intercept(Date, 'now', { value: () => now });
  const folder = t.testdir({ m: { '1.json': documentOf(10), '2.json': documentOf(20) } });
  const { models, reload } = openRepository(folder);
  const app = build(t, { models });
  const predict = (version: number) => post(app, `/models/m/versions/${version}/predict`, [{ a: 1, b: 2 }]);
  const series = 'route="/models/:name/versions/:version/predict",method="POST",status="200",model="m"';
  const countsOf = async (version: number) => {
    const samples = await scrape(app);
    const requests = samples.get(`${count}{${series},version="${version}"}`);
    return [requests, samples.get(`model_predicted_rows_total{model="m",version="${version}"}`)];
  };
  await predict(1);
  await predict(2);
  rmSync(join(folder, 'm', '2.json'));
  await reload();
  t.strictSame(await countsOf(2), [1, 1]);
  now = 59 * 60_000;
  t.strictSame(await countsOf(2), [1, 1]);
  now = 60 * 60_000;
  t.strictSame(await countsOf(2), [undefined, undefined]);
  t.strictSame(await countsOf(1), [1, 1], 'what serves is not forgotten');

  writeFileSync(join(folder, 'm', '2.json'), documentOf(20));
  await reload();
  await predict(2);
  t.strictSame(await countsOf(2), [1, 1]);
});

t.test('apps in one process count each for itself, and all tell of the process', async (t) => {
  const [one, other] = [build(t), build(t)];
  await post(one, '/predict', [row]);
  const rows = 'model_predicted_rows_total{model="housing",version="1"}';
  t.equal((await scrape(one)).get(rows), 1);
  t.equal((await scrape(other)).get(rows), 0);
  for (const app of [one, other]) {
    const samples = await scrape(app);
    for (const name of [
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_p99_seconds',
    ])
      t.ok(samples.has(name), name);
  }
});

t.test('a name of a model may hold what the text format escapes', async (t) => {
  const folder = t.testdir({ 'm.json': documentOf(10) });
  const [served] = openRepository(folder).models.list();
  // no header can name it: what it answers is not documented, as `build` would have it
  const app = buildApp({ models: gatherModels([{ ...served, name: 'a"b\\c\nd' }]) });
  t.teardown(() => app.close());
  await post(app, '/predict', [{ a: 1, b: 2 }]);
  const labels = 'model="a\\"b\\\\c\\nd",version="1"';
  const samples = await scrape(app);
  // a header that names it may not
  t.equal(samples.get(`${count}{route="/predict",method="POST",status="500",${labels}}`), 1);
  t.equal(samples.get(`model_predicted_rows_total{${labels}}`), 0);
});

t.test('the answer is of the type that Prometheus asks for', async (t) => {
  const response = await build(t).inject('/metrics');
  t.equal(response.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
});

t.test('the README has each metric with its kind and its labels, and no other', async (t) => {
  const app = build(t);
  await post(app, '/predict', Array(1000).fill(row));
  const { body } = await app.inject('/metrics');
  const exposed = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)]
    .filter(([, name]) => !/^(process|nodejs)_/.test(name))
    .map(([, name, kind]) => [name, kind, labelsOf(body, name)]);
  const [table] = readFileSync('packages/service/README.md', 'utf8').match(/^\| Metric \|(.*\n\|)*.*/m) ?? [''];
  const documented = table.split('\n').slice(2).map((line) => line.split('|').slice(1, 4).map((cell) => cell.replace(/[`\s]/g, ''))); // biome-ignore format: one value
  t.strictSame(documented, exposed);
});

function labelsOf(text: string, name: string): string {
  const [, labels = ''] = text.match(new RegExp(`^${name}(?:_count)?\\{(.*)\\} `, 'm')) ?? [];
  return [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label).join();
}

t.test('without metrics there is no such route', async (t) => {
  const app = build(t, { metrics: false });
  t.equal((await app.inject('/metrics')).statusCode, 404);
  t.strictSame((await post(app, '/predict', [row])).json(), { prediction: [25.0021457871835] });
});
