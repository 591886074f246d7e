import { openRepository } from '@housing/service';
import t from 'tap';
import { document } from './support/documents.js';
import { makeKey, openKeys } from './support/keys.js';
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
    t.match(response.json(), { code: 'model_unavailable' });
  }
  t.match((await app.inject('/v2/models/m/ready')).json(), { error: 'expected a model that serves, got "m"' });
  t.match((await app.inject('/ping')).json(), { error_code: 'TEMPORARILY_UNAVAILABLE' });
  t.equal((await app.inject('/v2/models/n/ready')).statusCode, 200);
  t.equal((await app.inject('/v2/models/none/ready')).statusCode, 404);
  await load('m');
  for (const url of routes) t.equal((await app.inject(url)).statusCode, 200, url);
});

t.test('who may ask, and everybody may, learns of a model no more than whether it serves', async (t) => {
  const folder = t.testdir({ 'm.json': JSON.stringify(document()), 'other.json': JSON.stringify(document()) });
  const { models, unload } = openRepository(folder, 'm');
  await unload('m');
  const app = build(t, { models, ...openKeys(t, [makeKey('alice', ['metadata'])]) });
  for (const [url, statusCode, detail] of [
    ['/', 503, 'expected a model that serves, got "m"'],
    ['/ping', 503, 'expected a model that serves, got "m"'],
    ['/v2/models/m/ready', 503, 'expected a model that serves, got "m"'],
    ['/v2/models/m/versions/1/ready', 503, 'expected a model that serves, got "m" "1"'],
    ['/v2/models/m/versions/2/ready', 404, 'expected a model that serves, got "m" "2"'],
    ['/v2/models/none/ready', 404, 'expected a model that serves, got "none"'],
  ] as const) {
    const response = await app.inject(url);
    t.equal(response.statusCode, statusCode, url);
    t.equal(response.json().detail, detail, url);
  }
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
