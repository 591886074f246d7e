import { examples } from '@housing/bench/examples.js';
import type { RouteOptions } from 'fastify';
import t from 'tap';
import { makeKey, openKeys } from './support/keys.js';
import { build } from './support/service.js';

const [{ body }] = examples;
const row = [0, 6.575, 296, 15.3, 396.9, 4.98];

/** A body of each route that takes rows; all others take parameters at most. */
const rows: Record<string, (n: number) => unknown> = {
  '/predict': () => JSON.parse(body),
  '/models/housing/predict': () => JSON.parse(body),
  '/models/housing/versions/1/predict': () => JSON.parse(body),
  '/invocations': (n) => ({ instances: Array(n).fill(row) }),
  '/v1/models/housing:predict': (n) => ({ instances: Array(n).fill(row) }),
  '/v1/models/housing/versions/1:predict': (n) => ({ instances: Array(n).fill(row) }),
  '/v2/models/housing/infer': (n) => ({
    inputs: [{ name: 'rows', shape: [n, 6], datatype: 'FP64', data: Array(n).fill(row) }],
  }),
  '/v2/models/housing/versions/1/infer': (n) => ({
    inputs: [{ name: 'rows', shape: [n, 6], datatype: 'FP64', data: Array(n).fill(row) }],
  }),
};

const admin = makeKey('admin', ['predict', 'metadata', 'admin']);

/** An app with limits, and the addresses that are posted to. */
async function buildWithLimits(limits: { maxBytes?: number; maxRows?: number }) {
  const app = build(t, { ...limits, authenticate: openKeys(t, [admin]).authenticate });
  const urls: string[] = [];
  app.addHook('onRoute', ({ method, url, config }: RouteOptions) => {
    const isPosted = [method].flat().includes('POST') && config?.scope !== 'open';
    if (isPosted) urls.push(url.replace('([^:]+)::', ':').replace(':name', 'housing').replace(':version', '1'));
  });
  await app.ready();
  const send = (url: string, payload: string) =>
    app.inject({
      method: 'POST',
      url,
      payload,
      headers: { 'content-type': 'application/json', 'x-api-key': admin.key },
    });
  return { urls, send };
}

t.test('where rows are sent a body may be as long as MAX_BYTES, elsewhere 64 KiB', async (t) => {
  const { urls, send } = await buildWithLimits({ maxBytes: 100_000 });
  t.ok(urls.length > Object.keys(rows).length);
  for (const url of Object.keys(rows)) t.ok(urls.includes(url), url);
  for (const url of urls) {
    const limit = url in rows ? 100_000 : 65_536;
    const content = JSON.stringify(rows[url]?.(1) ?? {});
    t.not((await send(url, content.padEnd(limit))).statusCode, 413, url);
    t.match(
      (await send(url, content.padEnd(limit + 1))).json(),
      {
        status: 413,
        code: 'too_many_bytes',
        detail: `body: expected at most ${limit} bytes, got ${limit + 1}`,
      },
      url,
    );
  }
});

t.test('MAX_ROWS holds on every route that takes rows', async (t) => {
  const { send } = await buildWithLimits({ maxRows: 1 });
  for (const [url, content] of Object.entries(rows)) {
    t.equal((await send(url, JSON.stringify(content(1)))).statusCode, 200, url);
    const two = url.endsWith('/predict')
      ? [row, row].map((values) =>
          Object.fromEntries(['CHAS', 'RM', 'TAX', 'PTRATIO', 'B', 'LSTAT'].map((name, f) => [name, values[f]])),
        )
      : content(2);
    t.match((await send(url, JSON.stringify(two))).json(), { status: 413, code: 'too_many_rows' }, url);
  }
});
