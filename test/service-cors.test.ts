import { examples } from '@housing/bench/examples.js';
import t from 'tap';
import { makeKey, openKeys } from './support/keys.js';
import { build } from './support/service.js';

const [{ body, answer }] = examples;
const origin = 'https://example.org';
const preflight = {
  method: 'OPTIONS',
  url: '/predict',
  headers: {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type,x-api-key',
  },
} as const;
const predict = {
  method: 'POST',
  url: '/predict',
  headers: { origin, 'content-type': 'application/json' },
  payload: body,
} as const;

t.test('by default no other origin is let in, and OPTIONS is a method like others', async (t) => {
  const app = build(t);
  const refused = await app.inject(preflight);
  t.equal(refused.statusCode, 405);
  t.equal(refused.headers.allow, 'POST');
  for (const { headers } of [refused, await app.inject(predict)])
    t.strictSame(
      Object.keys(headers).filter((name) => /^access-control|^vary$/.test(name)),
      [],
    );
});

t.test('an origin that is allowed may ask, and read what is told in headers', async (t) => {
  const app = build(t, { corsOrigins: ['https://example.com', origin] });
  const { statusCode, headers } = await app.inject(preflight);
  t.equal(statusCode, 204);
  t.match(headers, {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': /(^|,)POST$/,
    'access-control-allow-headers': 'content-type,x-api-key',
    'access-control-max-age': '600',
    vary: /^Origin/,
  });
  const predicted = await app.inject(predict);
  t.equal(predicted.body, answer);
  t.equal(predicted.headers['access-control-allow-origin'], origin);
  t.equal(predicted.headers.vary, 'Origin');
  const exposed = String(predicted.headers['access-control-expose-headers']).split(', ');
  for (const name of ['x-request-id', 'x-model-name', 'x-model-version', 'x-model-sha256', 'retry-after'])
    t.ok(exposed.includes(name), name);
  t.notOk('access-control-allow-credentials' in predicted.headers, 'no cookies');
});

t.test('another origin is not told that it may', async (t) => {
  const app = build(t, { corsOrigins: [origin] });
  for (const other of ['https://example.org.evil.example', 'http://example.org', 'null']) {
    for (const request of [preflight, predict]) {
      const { headers } = await app.inject({ ...request, headers: { ...request.headers, origin: other } });
      t.notOk('access-control-allow-origin' in headers, other);
    }
  }
});

t.test('a preflight needs no key, and a refusal can be read', async (t) => {
  const { authenticate } = openKeys(t, [makeKey('alice', ['predict'])]);
  const app = build(t, { corsOrigins: [origin], authenticate, rateLimit: 1 });
  for (let k = 0; k < 3; k++) t.equal((await app.inject(preflight)).statusCode, 204);
  const refusals = [await app.inject(predict), await app.inject(predict)];
  t.strictSame(
    refusals.map(({ statusCode }) => statusCode),
    [401, 429],
  );
  for (const { headers } of refusals) t.equal(headers['access-control-allow-origin'], origin);
});

t.test('a wrong method and an unknown path are what they were', async (t) => {
  const app = build(t, { corsOrigins: ['*'] });
  const wrong = await app.inject({ method: 'PUT', url: '/predict', headers: { origin } });
  t.equal(wrong.statusCode, 405);
  t.equal(wrong.headers.allow, 'POST');
  t.equal(wrong.headers['access-control-allow-origin'], '*');
  for (const method of ['GET', 'POST', 'PUT'] as const)
    t.match((await app.inject({ method, url: '/nothing' })).json(), { status: 404, code: 'unknown_route' });
});

t.test('OPTIONS that is no preflight is a method like others', async (t) => {
  for (const corsOrigins of [[origin], ['*']]) {
    const app = build(t, { corsOrigins });
    const empty = [
      { ...preflight.headers, origin: '' },
      { origin, 'access-control-request-method': '' },
    ];
    for (const headers of [{}, { origin }, { 'access-control-request-method': 'POST' }, ...empty]) {
      const known = await app.inject({ method: 'OPTIONS', url: '/predict', headers });
      t.match(known.json(), { status: 405, code: 'method_not_allowed' });
      t.equal(known.headers.allow, 'POST');
      const unknown = await app.inject({ method: 'OPTIONS', url: '/nothing', headers });
      t.match(unknown.json(), { status: 404, code: 'unknown_route' });
    }
    t.equal((await app.inject({ ...preflight, url: '/nothing' })).statusCode, 204);
  }
});

t.test('what varies by origin and by coding says both', async (t) => {
  const app = build(t, { corsOrigins: [origin] });
  const payload = JSON.stringify({ instances: Array(3000).fill([0, 6.575, 296, 15.3, 396.9, 4.98]) });
  const { headers } = await app.inject({ ...predict, url: '/invocations', payload });
  t.equal(headers.vary, 'Origin, accept-encoding');
});
