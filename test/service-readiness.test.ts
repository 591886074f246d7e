import { openRepository } from '@housing/service';
import t from 'tap';
import { document } from './support/documents.js';
import { build } from './support/service.js';

const routes = ['/ping', '/v2/models/m/ready', '/v2/models/m/versions/1/ready'];

t.test('a model that serves is ready, as balancers of each dialect ask for it', async (t) => {
  const app = build(t, { models: openRepository(t.testdir({ 'm.json': JSON.stringify(document()) })).models });
  for (const url of routes) t.equal((await app.inject(url)).statusCode, 200, url);
  t.equal((await app.inject('/ping')).body, '\n');
  t.strictSame((await app.inject('/v2/models/m/ready')).json(), { name: 'm', ready: true });
});

t.test('a model that does not serve is not ready, and another is', async (t) => {
  const folder = t.testdir({ 'm.json': JSON.stringify(document()), 'n.json': JSON.stringify(document()) });
  const { models, unload, load } = openRepository(folder, 'm');
  const app = build(t, { models });
  await unload('m');
  for (const url of routes) {
    const response = await app.inject(url);
    t.equal(response.statusCode, 503, url);
    t.equal(response.headers['retry-after'], '1');
    t.match(response.json(), { code: 'model_unavailable', detail: 'expected m 1 to serve, got: unloaded' });
  }
  t.match((await app.inject('/v2/models/m/ready')).json(), { error: 'expected m 1 to serve, got: unloaded' });
  t.match((await app.inject('/ping')).json(), { error_code: 'TEMPORARILY_UNAVAILABLE' });
  t.equal((await app.inject('/v2/models/n/ready')).statusCode, 200);
  t.equal((await app.inject('/v2/models/none/ready')).statusCode, 404);
  await load('m');
  for (const url of routes) t.equal((await app.inject(url)).statusCode, 200, url);
});

t.test('while the service is to stop, or is not ready, no model is', async (t) => {
  const { models } = openRepository(t.testdir({ 'm.json': JSON.stringify(document()) }));
  const stopping = new AbortController();
  stopping.abort();
  for (const [options, code] of [
    [{ stopping: stopping.signal }, 'closing'],
    [{ isReady: () => false }, 'not_ready'],
  ] as const) {
    const app = build(t, { models, ...options });
    for (const url of routes) {
      const response = await app.inject(url);
      t.equal(response.statusCode, 503, url);
      t.equal(response.json().code, code);
    }
  }
});
