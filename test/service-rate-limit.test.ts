import { once } from 'node:events';
import { connect } from 'node:net';
import { examples } from '@housing/bench/examples.js';
import type { FastifyInstance } from 'fastify';
import t from 'tap';
import { makeKey, openKeys } from './support/keys.js';
import { build } from './support/service.js';

const [{ body, answer }] = examples;

/** Asks for a prediction, from an address by way of a proxy at another. */
function predict(app: FastifyInstance, headers: Record<string, string> = {}, remoteAddress = '127.0.0.1') {
  const sent = { 'content-type': 'application/json', ...headers };
  return app.inject({ method: 'POST', url: '/predict', headers: sent, payload: body, remoteAddress });
}

const from = (address: string) => ({ 'x-forwarded-for': address });

t.test('who sends too many requests is told so, and when to come again', async (t) => {
  const app = build(t, { rateLimit: 2 });
  const first = await predict(app);
  t.equal(first.body, answer);
  t.match(first.headers, { 'ratelimit-limit': '2', 'ratelimit-remaining': '1', 'ratelimit-reset': /^([1-5]\d|60)$/ });
  t.equal((await predict(app)).body, answer);
  const refused = await predict(app);
  t.equal(refused.statusCode, 429);
  t.match(refused.headers, {
    'content-type': /^application\/problem\+json/,
    'retry-after': /^([1-5]\d|60)$/,
    'ratelimit-limit': '2',
    'ratelimit-remaining': '0',
  });
  t.match(refused.json(), {
    status: 429,
    code: 'rate_limited',
    detail: 'expected at most 2 requests a minute, got more',
    requestId: refused.headers['x-request-id'],
  });
  t.equal((await app.inject('/models')).statusCode, 429, 'all routes count together');
  t.match((await app.inject('/version')).json(), { error_code: 'REQUEST_LIMIT_EXCEEDED' });
});

t.test('a minute later requests are answered again', async (t) => {
  const { now } = Date;
  let time = now();
  Date.now = () => time;
  t.teardown(() => {
    Date.now = now;
  });
  const app = build(t, { rateLimit: 1 });
  t.equal((await predict(app)).statusCode, 200);
  time += 59_999;
  t.equal((await predict(app)).statusCode, 429);
  time += 1;
  t.equal((await predict(app)).statusCode, 200);
});

t.test('probes are never limited, nor is what is open to everybody', async (t) => {
  const app = build(t, { rateLimit: 1 });
  await predict(app);
  t.equal((await predict(app)).statusCode, 429);
  for (const url of ['/', '/health', '/health/live', '/health/ready', '/v2/health/live', '/v2/health/ready', '/ping'])
    for (let k = 0; k < 3; k++) {
      const response = await app.inject(url);
      t.equal(response.statusCode, 200, url);
      t.notOk('ratelimit-limit' in response.headers);
    }
  // what Azure asks for at each start: any answer will do
  for (let k = 0; k < 3; k++) t.equal((await app.inject('/robots933456.txt')).statusCode, 404);
});

t.test('who is beyond the limit is told so however busy the service is, and takes no place of others', async (t) => {
  const [alice, bob] = [makeKey('alice', ['predict']), makeKey('bob', ['predict'])];
  const app = build(t, { rateLimit: 2, maxInFlight: 1, authenticate: openKeys(t, [alice, bob]).authenticate });
  const host = '127.0.0.1';
  const url = await app.listen({ port: 0, host });
  const { port } = new URL(url);
  const ask = async ({ key }: typeof alice) => {
    const headers = { 'content-type': 'application/json', 'x-api-key': key };
    return (await fetch(`${url}/predict`, { method: 'POST', headers, body })).status;
  };
  /** Sends all but the body. */
  const begin = ({ key }: typeof alice, header: string) => {
    const socket = connect(Number(port), host);
    const type = 'content-type: application/json';
    socket.write(
      `POST /predict HTTP/1.1\r\nhost: x\r\nx-api-key: ${key}\r\n${type}\r\ncontent-length: 9\r\n${header}\r\n\r\n`,
    );
    return socket;
  };
  const holder = begin(bob, 'expect: 100-continue');
  await once(holder, 'data');
  t.strictSame([await ask(alice), await ask(alice), await ask(alice)], [503, 503, 429]);
  holder.end('[1, 2, 3]');
  await once(holder, 'data');

  const refused = new Promise<void>((resolve) => {
    app.server.once('request', () => setImmediate(resolve));
  });
  // its rest is read before it is refused
  const waiting = begin(alice, 'connection: close');
  await refused;
  t.equal(await ask(bob), 200);
  waiting.destroy();
});

t.test('without a limit nothing is counted, and nothing told', async (t) => {
  const { headers } = await predict(build(t));
  t.notOk('ratelimit-limit' in headers);
});

t.test('clients that authenticate count by their names, wherever they are', async (t) => {
  const [alice, bob] = [makeKey('alice', ['predict']), makeKey('bob', ['predict'])];
  const app = build(t, { rateLimit: 1, authenticate: openKeys(t, [alice, bob]).authenticate });
  const as = ({ key }: typeof alice, address: string) => predict(app, { 'x-api-key': key }, address);
  t.equal((await as(alice, '192.0.2.1')).statusCode, 200);
  t.equal((await as(alice, '192.0.2.2')).statusCode, 429);
  t.equal((await as(bob, '192.0.2.1')).statusCode, 200);
});

t.test('who fails to authenticate too often is refused before the key is looked at', async (t) => {
  const [alice, eve] = [makeKey('alice', ['predict']), makeKey('eve', ['predict'])];
  let nLooked = 0;
  const { authenticate } = openKeys(t, [alice]);
  if (authenticate === undefined) throw new Error('expected keys, got none');
  const app = build(t, {
    rateLimit: 3,
    authenticate(request) {
      nLooked++;
      return authenticate(request);
    },
  });
  for (let k = 0; k < 3; k++) t.equal((await predict(app, { 'x-api-key': eve.key })).statusCode, 401);
  const refused = await predict(app, { 'x-api-key': eve.key });
  t.equal(refused.statusCode, 429);
  t.match(refused.headers['retry-after'], /^([1-5]\d|60)$/);
  t.match(refused.json(), {
    code: 'rate_limited',
    detail: 'expected at most 3 failures to authenticate a minute, got more',
  });
  t.equal(nLooked, 3);
  t.equal((await predict(app, { 'x-api-key': alice.key })).statusCode, 429, 'whatever is sent from there');
  t.equal((await predict(app, { 'x-api-key': alice.key }, '192.0.2.1')).statusCode, 200, 'but not from elsewhere');
  t.equal((await app.inject('/health')).statusCode, 200);
});

t.test('who is refused for what it may not do, or sends two keys, is bounded too', async (t) => {
  const [alice, bob] = [makeKey('alice', ['predict']), makeKey('bob', ['predict'])];
  const app = build(t, { rateLimit: 2, authenticate: openKeys(t, [alice, bob]).authenticate });
  const describe = () => app.inject({ url: '/models', headers: { 'x-api-key': alice.key } });
  t.match((await describe()).json(), { code: 'insufficient_scope' });
  t.equal((await describe()).headers['ratelimit-remaining'], '0');
  t.match((await describe()).json(), {
    code: 'rate_limited',
    detail: 'expected at most 2 requests a minute, got more',
  });
  const both = { 'x-api-key': alice.key, authorization: `Bearer ${bob.key}` };
  for (let k = 0; k < 2; k++) t.match((await predict(app, both)).json(), { code: 'conflicting_credentials' });
  t.match((await predict(app, both)).json(), {
    code: 'rate_limited',
    detail: 'expected at most 2 failures to authenticate a minute, got more',
  });
});

t.test('without authentication, who asks for what an administrator may is bounded too', async (t) => {
  const app = build(t, { rateLimit: 1 });
  const load = () => app.inject({ method: 'POST', url: '/v2/repository/models/housing/load' });
  t.match((await load()).json(), { code: 'admin_required' });
  t.match((await load()).json(), { code: 'rate_limited' });
});

t.test('without proxies that are trusted, what is forwarded is not believed', async (t) => {
  const app = build(t, { rateLimit: 1 });
  t.equal((await predict(app, from('192.0.2.1'))).statusCode, 200);
  t.equal((await predict(app, from('192.0.2.2'))).statusCode, 429);
  t.equal((await predict(app, from('192.0.2.2'), '192.0.2.2')).statusCode, 200);
});

t.test('what a proxy that is not trusted forwards is not believed either', async (t) => {
  const app = build(t, { rateLimit: 1, trustProxy: ['10.0.0.0/8', '::1'] });
  t.equal((await predict(app, from('192.0.2.1'), '11.0.0.1')).statusCode, 200);
  t.equal((await predict(app, from('192.0.2.2'), '11.0.0.1')).statusCode, 429);
});

t.test('a client counts as one by whatever trusted proxies and ports it comes', async (t) => {
  const same: [string, [string, string][]][] = [
    ['an IPv4 address', [['1.2.3.4', '10.0.0.1'], ['1.2.3.4:5678', '10.0.0.1'], ['1.2.3.4:80', '10.9.9.9'], ['::ffff:1.2.3.4', '::1'], ['1.2.3.4', '::ffff:10.0.0.1'], ['9.9.9.9, 1.2.3.4:5678, 10.1.1.1:80', '10.0.0.1'], ['1.2.3.4', '1.2.3.4']]],
    ['a host of IPv6', [['2001:db8::1', '10.0.0.1'], ['[2001:db8::1]:123', '10.0.0.1'], ['[2001:DB8::1]', '::1'], ['2001:db8:0:0:ffff::2', '::1']]],
    ['the loopback address, of which IPv6 has one', [['[fe80::1]:123', '10.0.0.1'], ['fe80::1', '10.0.0.1']]],
    ['who is forwarded as nobody, by the proxy', [['unknown', '10.0.0.1'], ['_hidden:80', '10.0.0.1'], ['', '10.0.0.1']]],
  ]; // biome-ignore format: a client a line
  for (const [what, requests] of same) {
    const app = build(t, { rateLimit: 1, trustProxy: ['10.0.0.0/8', '::1'] });
    const statuses = [];
    for (const [forwarded, proxy] of requests) statuses.push((await predict(app, from(forwarded), proxy)).statusCode);
    t.strictSame(
      statuses,
      requests.map((_, k) => (k === 0 ? 200 : 429)),
      what,
    );
  }
});

t.test('clients of different addresses count apart', async (t) => {
  const app = build(t, { rateLimit: 1, trustProxy: ['10.0.0.0/8'] });
  for (const address of ['1.2.3.4', '1.2.3.5:80', '2001:db8::1', '2001:db8:0:1::1', '[::1]:123', '::2:0:0:0:1'])
    t.equal((await predict(app, from(address), '10.0.0.1')).statusCode, 200, address);
});

t.test('a flood from many addresses takes no more memory: the first are forgotten', async (t) => {
  const app = build(t, { rateLimit: 1 });
  const ask = (k: number) => app.inject({ url: '/version', remoteAddress: `10.0.${k >> 8}.${k & 255}` });
  for (let k = 0; k < 5000; k++) await ask(k);
  t.equal((await ask(0)).statusCode, 429);
  await ask(5000);
  await ask(5001);
  t.equal((await ask(1)).statusCode, 200);
});
