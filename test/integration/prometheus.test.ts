import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { examples } from '@housing/bench/examples.js';
import t from 'tap';
import { operations, promtool, startPrometheus } from '../support/prometheus.js';
import { startServer, untilListening } from '../support/server.js';
import { shippedFolder } from '../support/service.js';

const headers = { 'content-type': 'application/json' };

t.test('promtool takes the configuration and the rules, and each rule alerts as its test says', async (t) => {
  for (const args of [
    ['check', 'config', 'prometheus.yml'],
    ['check', 'rules', 'alerts.yml'],
    ['test', 'rules', 'alerts.test.yml'],
  ]) {
    const { status, output } = promtool([...args.slice(0, 2), join(operations, args[2])]);
    t.equal(status, 0, output);
    t.match(output, 'SUCCESS');
  }
  const tests = readFileSync(join(operations, 'alerts.test.yml'), 'utf8');
  for (const [, name] of readFileSync(join(operations, 'alerts.yml'), 'utf8').matchAll(/- alert: (\w+)/g))
    t.match(tests, new RegExp(`- alertname: ${name}\\n`), `${name} has a test in which it alerts`);
});

t.test('a Prometheus that scrapes the service has data for the whole dashboard and for every alert', async (t) => {
  const base = t.testdir({ models: { housing: {} }, prometheus: {} });
  const folder = join(base, 'models');
  copyFileSync(join(shippedFolder, 'housing.json'), join(folder, 'housing', '1.json'));
  const server = startServer(t, { MODELS_DIR: folder, MAX_IN_FLIGHT: '2', LOG_LEVEL: 'info' });
  const url = await untilListening(server);
  const prometheus = await startPrometheus(t, join(base, 'prometheus'), new URL(url).port);
  await prometheus.until('a scrape', async () => (await prometheus.count('up{job="housing"} == 1')) === 1);

  // a new version that fails
  writeFileSync(join(folder, 'housing', '2.json'), '{}');
  server.child.kill('SIGHUP');
  const stop = new AbortController();
  const load = sendUntil(stop.signal, url);
  for (const expression of dashboardExpressions())
    await prometheus.until(expression, async () => (await prometheus.count(expression)) > 0);

  for (const { name, query, health } of await prometheus.rules()) {
    // none is gone
    if (name === 'HousingAbsent') continue;
    const watched = query.replace(/ (==|>) [\d.]+$/, '');
    t.not(watched, query, `${name} compares with a bound`);
    await prometheus.until(watched, async () => (await prometheus.count(watched)) > 0);
    t.equal(health, 'ok', name);
  }
  const firing = async () => (await prometheus.rules()).filter(({ state }) => state === 'firing');
  await prometheus.until('an alert', async () => (await firing()).length > 0);
  t.match(await firing(), [{ name: 'HousingModelFailed' }]);

  const { status, output } = promtool(['check', 'metrics'], await (await fetch(`${url}/metrics`)).text());
  t.equal(output, '');
  t.equal(status, 0);
  stop.abort();
  await load;
});

/** What the panels ask, of all instances and models. */
function dashboardExpressions(): string[] {
  const { panels }: Dashboard = JSON.parse(readFileSync(join(operations, 'dashboard.json'), 'utf8'));
  const values: Record<string, string> = { job: 'housing', instance: '.*', model: '.*', __rate_interval: '10s' };
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  if (expressions.length < 20) throw new Error(`expected a dashboard, got ${expressions.length} expressions`);
  return expressions.map((expression) => expression.replace(/\$(\w+)/g, (_, name) => values[name]));
}

interface Dashboard {
  readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
}

/** Sends what is answered, what is refused, many rows, and more at once than may be in flight. */
async function sendUntil(stop: AbortSignal, url: string): Promise<void> {
  const post = (body: string) => fetch(`${url}/predict`, { method: 'POST', headers, body }).then((r) => r.text());
  const [{ body }] = examples;
  const many = JSON.stringify(Array(1500).fill({ CHAS: 0, RM: 9, TAX: 296, PTRATIO: 15.3, B: 396.9, LSTAT: 4.98 }));
  while (!stop.aborted) {
    for (const one of [body, body, '{', '[{}]', many]) await post(one);
    await fetch(`${url}/nothing`);
    await Promise.all(Array.from({ length: 6 }, () => post(many)));
    await sleep(50);
  }
}
