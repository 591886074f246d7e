import { examples } from '@housing/bench/examples.js';
import { gatherModels } from '@housing/service';
import t from 'tap';
import { makeKey, openKeys } from './support/keys.js';
import { build, post, servedModel } from './support/service.js';

const [{ body }] = examples;

t.test('every answer says that it is no more than it says, and of this site', async (t) => {
  const app = build(t);
  const responses = [
    await post(app, '/predict', body),
    await post(app, '/predict', '{'),
    await app.inject('/models'),
    await app.inject('/'),
    await app.inject('/health'),
    await app.inject('/nothing'),
    await app.inject('/predict'),
    await app.inject('/%zz'),
  ];
  t.strictSame(
    responses.map(({ statusCode }) => statusCode),
    [200, 400, 200, 200, 200, 404, 405, 400],
  );
  for (const { headers } of responses) {
    t.equal(headers['x-content-type-options'], 'nosniff');
    t.equal(headers['cross-origin-resource-policy'], 'same-origin');
    t.notOk('strict-transport-security' in headers, 'TLS ends in front');
    t.notOk('access-control-allow-origin' in headers);
  }
});

t.test('no prediction is stored on the way, in no dialect', async (t) => {
  const app = build(t);
  const row = [0, 6.575, 296, 15.3, 396.9, 4.98];
  const inputs = [{ name: 'rows', shape: [1, 6], datatype: 'FP64', data: row }];
  for (const [url, sent] of [
    ['/predict', body],
    ['/models/housing/predict', body],
    ['/invocations', { instances: [row] }],
    ['/v1/models/housing:predict', { instances: [row] }],
    ['/v2/models/housing/infer', { inputs }],
  ] as const) {
    const { statusCode, headers } = await post(app, url, sent);
    t.equal(statusCode, 200);
    t.equal(headers['cache-control'], 'no-store', url);
  }
  t.notOk('cache-control' in (await app.inject('/models')).headers, 'a description carries a tag instead');
});

t.test('what needs a key is stored by no cache that others share', async (t) => {
  const reader = makeKey('reader', ['metadata', 'metrics', 'predict']);
  const app = build(t, { authenticate: openKeys(t, [reader]).authenticate });
  const ask = (url: string) => app.inject({ url, headers: { 'x-api-key': reader.key } });
  for (const url of ['/models', '/models/housing', '/v2', '/v2/models/housing', '/v1/models', '/version', '/metrics'])
    for (const { headers } of [await ask(url), await app.inject(url)])
      t.equal(headers['cache-control'], 'private', url);
  for (const url of ['/', '/health', '/docs', '/openapi.json', '/v2/models/housing/ready'])
    t.notOk('cache-control' in (await ask(url)).headers, url);
  t.notOk('cache-control' in (await build(t).inject('/models')).headers, 'where nobody is asked');
});

t.test('an answer of 304 says of what the cache has all that the answer itself would', async (t) => {
  const reader = makeKey('reader', ['metadata']);
  const served = servedModel('housing');
  const app = build(t, {
    // enough for the list of them to be compressed
    models: gatherModels(
      Array.from({ length: 20 }, (_, k) => ({ ...served, name: `m${k}` })),
      'm0',
    ),
    authenticate: openKeys(t, [reader]).authenticate,
    corsOrigins: ['https://example.org'],
  });
  const told = ({ headers }: { headers: Record<string, unknown> }) =>
    ['vary', 'cache-control', 'etag'].map((name) => headers[name]);
  for (const [url, vary] of [
    ['/models', 'Origin, accept-encoding'],
    ['/openapi.json', 'Origin, accept-encoding'],
    ['/docs/problems/closing', 'Origin'],
  ] as const) {
    const headers = { 'x-api-key': reader.key };
    const full = await app.inject({ url, headers });
    t.equal(full.headers.vary, vary, url);
    const tag = String(full.headers.etag);
    const unchanged = await app.inject({ url, headers: { ...headers, 'if-none-match': tag } });
    t.equal(unchanged.statusCode, 304);
    t.strictSame(told(unchanged), told(full), url);
    t.strictSame(told(await app.inject({ method: 'HEAD', url, headers })), told(full), `HEAD ${url}`);
    const known = { ...headers, 'if-none-match': tag };
    t.equal((await app.inject({ method: 'HEAD', url, headers: known })).statusCode, 304, `HEAD ${url}`);
  }
});

t.test('the page loads what it names, is in no frame, and tells nobody where a link stood', async (t) => {
  const { headers } = await build(t).inject('/');
  t.match(
    headers['content-security-policy'],
    /^default-src 'none'; connect-src 'self'; script-src 'sha256-\S{44}'; style-src 'sha256-\S{44}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
  );
  t.equal(headers['referrer-policy'], 'no-referrer');
});

t.test('browsers are told to come by TLS alone where that is asked for', async (t) => {
  const { headers } = await build(t, { hstsMaxAge: 31_536_000 }).inject('/health');
  t.equal(headers['strict-transport-security'], 'max-age=31536000');
});
