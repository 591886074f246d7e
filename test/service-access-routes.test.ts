import type { RouteOptions } from 'fastify';
import t, { type Test } from 'tap';
import { makeKey, openKeys } from './support/keys.js';
import { build } from './support/service.js';

type Method = 'GET' | 'HEAD' | 'POST';

/** What each route asks of a client. */
const scopes: Record<string, readonly string[]> = {
  open: [
    'GET /docs',
    'GET /docs/problems/:code',
    'GET /openapi.json',
    'GET /',
    'GET /health',
    'GET /health/live',
    'GET /health/ready',
    'GET /ping',
    'GET /v2/health/live',
    'GET /v2/health/ready',
    'GET /v2/models/:name/ready',
    'GET /v2/models/:name/versions/:version/ready',
  ],
  predict: [
    'POST /invocations',
    'POST /models/:name/predict',
    'POST /models/:name/versions/:version/predict',
    'POST /predict',
    'POST /v1/models/:name([^:]+)::predict',
    'POST /v1/models/:name/versions/:version([^:]+)::predict',
    'POST /v2/models/:name/infer',
    'POST /v2/models/:name/versions/:version/infer',
  ],
  metadata: [
    'GET /models',
    'GET /models/:name',
    'GET /models/:name/versions/:version',
    'GET /v1/models',
    'GET /v1/models/:name([^:]+)',
    'GET /v1/models/:name/versions/:version([^:]+)',
    'GET /v2',
    'GET /v2/',
    'GET /v2/models',
    'GET /v2/models/:name',
    'GET /v2/models/:name/versions/:version',
    'GET /version',
    'POST /v2/repository/index',
  ],
  metrics: ['GET /metrics'],
  admin: ['POST /v2/repository/models/:name/load', 'POST /v2/repository/models/:name/unload'],
};

const closed = Object.keys(scopes).filter((scope) => scope !== 'open');

/** An app with keys, all its routes as METHOD and URL, and how it answers one of them. */
async function buildWithKeys(t: Test) {
  const keys = closed.map((scope) => makeKey(`for-${scope}`, [scope]));
  const { authenticate } = openKeys(t, keys);
  const app = build(t, { authenticate });
  const routes: string[] = [];
  app.addHook('onRoute', ({ method, url }: RouteOptions) => {
    for (const one of [method].flat()) routes.push(`${one} ${url}`);
  });
  await app.ready();

  function ask(route: string, key?: string) {
    const [method, path] = route.split(' ');
    const named = path.replace('([^:]+)', '').replace('::', ':').replace(':name', 'housing');
    const url = named.replace(':version', '1').replace(':code', 'closing');
    return app.inject({ method: method as Method, url, headers: key === undefined ? {} : { 'x-api-key': key } });
  }
  const keyFor = (scope: string) => keys[closed.indexOf(scope)].key;
  return { app, routes, ask, keyFor };
}

t.test('exactly these routes are open: every other refuses who has no key', async (t) => {
  const { routes, ask } = await buildWithKeys(t);
  const statuses = new Map<string, number>();
  for (const route of routes) statuses.set(route, (await ask(route)).statusCode);
  const notRefused = routes.filter((route) => ![401, 405].includes(statuses.get(route) ?? 0));
  const open = scopes.open.flatMap((route) => [route, route.replace('GET', 'HEAD')]);
  t.strictSame(notRefused.sort(), open.sort());

  const served = routes.filter((route) => statuses.get(route) !== 405 && !route.startsWith('HEAD'));
  t.strictSame(served.sort(), Object.values(scopes).flat().sort(), 'the list names every route');
});

t.test('a key opens the routes of its scope, and no other', async (t) => {
  const { ask, keyFor } = await buildWithKeys(t);
  for (const scope of closed) {
    for (const route of scopes[scope]) {
      for (const other of closed) {
        const { statusCode, headers, body } = await ask(route, keyFor(other));
        const isRefused = statusCode === 403 && JSON.parse(body).code === 'insufficient_scope';
        t.equal(isRefused, other !== scope, `${route} by a key for ${other}`);
        if (!isRefused) continue;
        t.equal(headers['www-authenticate'], `Bearer realm="housing", error="insufficient_scope", scope="${scope}"`);
      }
    }
  }
});

t.test('an open route does not look at a key', async (t) => {
  const { ask } = await buildWithKeys(t);
  for (const route of scopes.open) t.equal((await ask(route, 'wrong')).statusCode, 200, route);
});

t.test('HEAD is refused where GET is', async (t) => {
  const { ask, keyFor } = await buildWithKeys(t);
  t.equal((await ask('HEAD /models')).statusCode, 401);
  t.equal((await ask('HEAD /models', keyFor('metadata'))).statusCode, 200);
});

t.test('what is not there is 404 and a wrong method 405, for whoever asks', async (t) => {
  const { app, ask, keyFor } = await buildWithKeys(t);
  for (const key of [undefined, 'wrong', keyFor('predict')]) {
    t.equal((await ask('GET /none', key)).statusCode, 404);
    const response = await ask('GET /v2/models/:name/infer', key);
    t.equal(response.statusCode, 405);
    t.equal(response.headers.allow, 'POST');
  }
  // the name of a model is told to nobody without a key
  for (const url of ['/models/none', '/models/housing', '/v2/models/none', '/v2/models/housing'])
    t.equal((await app.inject(url)).statusCode, 401, url);
});

t.test('an app with a route whose scope was forgotten does not start', async (t) => {
  const app = build(t);
  app.register(async (app) => {
    app.get('/forgotten', async () => 'secret');
  });
  await t.rejects(async () => app.ready(), { message: 'GET /forgotten: expected a scope in its config, got none' });
  // and were it asked nevertheless, it would be an administrator's
  t.equal((await app.inject('/forgotten')).statusCode, 403);
});
