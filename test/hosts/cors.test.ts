import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { examples } from '@housing/bench/examples.js';
import t, { type Test } from 'tap';
import { launchChromium } from '../support/chromium.js';
import { makeKey, openKeys } from '../support/keys.js';
import { build } from '../support/service.js';

const [{ body, answer }] = examples;
const browser = await launchChromium(t);

/** An origin of its own, with an empty page. */
async function serveOrigin(t: Test): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>another</title>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What a script of an origin gets to see of a prediction. */
async function predictFrom(origin: string, url: string, key: string): Promise<unknown> {
  const page = await browser.newPage();
  await page.goto(origin);
  return page.evaluate(`
    fetch('${url}/predict', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': '${key}' },
      body: ${JSON.stringify(body)},
    }).then(
      async (response) => ({
        status: response.status,
        body: await response.text(),
        model: response.headers.get('x-model-name'),
        id: response.headers.get('x-request-id'),
      }),
      (error) => error.message,
    )
  `);
}

t.test('a script of an origin that is allowed predicts and reads the headers, and no other does', async (t) => {
  const [allowed, other] = [await serveOrigin(t), await serveOrigin(t)];
  const alice = makeKey('alice', ['predict']);
  const { authenticate } = openKeys(t, [alice]);
  const url = await build(t, { corsOrigins: [allowed], authenticate }).listen({ port: 0, host: '127.0.0.1' });
  t.match(await predictFrom(allowed, url, alice.key), {
    status: 200,
    body: answer,
    model: 'housing',
    id: /^[\da-f-]{36}$/,
  });
  t.match(await predictFrom(allowed, url, 'wrong'), { status: 401, body: '"code":"invalid_credentials"' });
  t.equal(await predictFrom(other, url, alice.key), 'Failed to fetch');
});

t.test('by default no script of another origin predicts', async (t) => {
  const url = await build(t).listen({ port: 0, host: '127.0.0.1' });
  t.equal(await predictFrom(await serveOrigin(t), url, 'any'), 'Failed to fetch');
});
