import { generateKeyPairSync } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openAccess } from '@housing/service';
import t, { type Test } from 'tap';
import { makePair, type SigningKey, signToken, startIssuer } from './support/issuer.js';
import { build } from './support/service.js';

const first = makePair('first');
const second = makePair('second');

/** An app that takes the tokens of an issuer, how it answers one of a key, what it tells of the keys, and a clock to put forward. */
async function buildWithIssuer(t: Test, keys: SigningKey[], jwksPath?: string) {
  const issuer = await startIssuer(t, keys);
  const jwtJwksUrl = jwksPath === undefined ? undefined : issuer.url + jwksPath;
  const access = await openAccess({ auth: 'jwt', jwtIssuer: issuer.url, jwtAudience: 'housing', jwtJwksUrl });
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
  const told = () => lines.filter(({ msg }) => msg !== 'answered');
  const app = build(t, { authenticate: access.authenticate, auth: 'jwt', logger: { level: 'info', stream } });

  const exp = Math.floor(Date.now() / 1000) + 36_000;
  const claims = { iss: issuer.url, aud: 'housing', sub: 'alice', scope: 'metadata', exp };
  const bear = (key: SigningKey) =>
    app.inject({ url: '/models', headers: { authorization: `Bearer ${signToken(key, claims)}` } });
  const status = async (key: SigningKey) => (await bear(key)).statusCode;

  let ahead = 0;
  const clock = Date.now;
  t.intercept(Date, 'now', { value: () => clock() + ahead });
  const wait = (milliseconds: number) => {
    ahead += milliseconds;
  };
  return { issuer, access, app, told, bear, status, wait };
}

t.test('a key that the issuer has added is found', async (t) => {
  const { issuer, status, wait } = await buildWithIssuer(t, [first]);
  t.strictSame([await status(first), await status(second)], [200, 401]);
  issuer.keys = [first, second];
  wait(10_001);
  t.strictSame([await status(second), await status(first)], [200, 200]);
  t.equal(issuer.asked.length, 4);
});

t.test('tokens of keys that nobody knows do not make the service ask again and again', async (t) => {
  const { issuer, status } = await buildWithIssuer(t, [first]);
  t.equal(await status(first), 200);
  for (let k = 0; k < 20; k++) t.equal(await status(second), 401);
  t.equal(issuer.asked.length, 2);
});

t.test(
  'a key of the issuer that cannot be used is a refusal of its token, and keeps no other from being fetched',
  async (t) => {
    const { issuer, status, told, wait } = await buildWithIssuer(t, [], '/keys');
    const { publicKey: weak } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const unusable = {
      weak: weak.export({ format: 'jwk' }),
      empty: { kty: 'RSA' },
      broken: { kty: 'RSA', n: '!', e: 'AQAB' },
    };
    const tell = (...keys: SigningKey[]) => {
      const good = keys.map(({ kid, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid }));
      const bad = Object.entries(unusable).map(([kid, key]) => ({ ...key, kid }));
      issuer.instead = (response) => response.end(JSON.stringify({ keys: [...good, ...bad] }));
    };
    tell(first);
    for (const kid of Object.keys(unusable)) t.equal(await status({ ...first, kid }), 401, kid);
    t.equal(await status(first), 200);
    tell(first, second);
    wait(10_001);
    for (const kid of Object.keys(unusable)) t.equal(await status({ ...first, kid }), 401, kid);
    t.equal(await status(second), 200);
    t.strictSame(told(), []);
  },
);

t.test('a key that the issuer has withdrawn is forgotten after ten minutes', async (t) => {
  const timers: { callback: () => void; everyMs: number }[] = [];
  t.intercept(globalThis, 'setInterval', {
    value: (callback: () => void, everyMs: number) => timers.push({ callback, everyMs }),
  });
  const { issuer, access, app, status } = await buildWithIssuer(t, [first, second]);
  t.teardown(access.follow(app.log));
  t.equal(await status(first), 200);
  issuer.keys = [second];
  t.equal(await status(first), 200);
  for (const { callback, everyMs } of timers) if (everyMs === 600_000) callback();
  while ((await status(first)) === 200);
  t.strictSame([await status(first), await status(second)], [401, 200]);
});

t.test('while the issuer cannot be reached its known keys go on, and others are 503', async (t) => {
  const { issuer, access, app, status, bear, wait, told } = await buildWithIssuer(t, [first]);
  t.teardown(access.follow(app.log));
  t.equal(await status(first), 200);
  await issuer.stop();
  wait(1e9);
  t.equal(await status(first), 200, 'those that are known, however long it lasts');

  const response = await bear(second);
  t.equal(response.statusCode, 503);
  t.equal(response.headers['retry-after'], '1');
  t.equal(response.headers['www-authenticate'], undefined);
  t.match(response.json(), { code: 'issuer_unavailable', detail: 'expected the keys of the issuer, got none' });
  t.equal(await status(first), 200);
  t.equal(told().length, 1);
  t.match(told(), [{ msg: 'keys of the issuer not fetched', err: { message: /^fetch failed: ./ } }]);
});

t.test('an issuer that answers again is asked again, after a second', async (t) => {
  const { issuer, access, app, told, status, wait } = await buildWithIssuer(t, [first]);
  issuer.instead = (response) => response.writeHead(500).end('secret');
  access.follow(app.log)();
  t.strictSame(await Promise.all([status(first), status(first), status(first)]), [503, 503, 503]);
  const nAsked = issuer.asked.length;
  for (let k = 0; k < 20; k++) t.equal(await status(first), 503);
  t.equal(issuer.asked.length, nAsked, 'within a second nobody asks');
  t.match(told(), [{ level: 50, msg: 'keys of the issuer not fetched' }]);
  t.equal(told().length, 1, 'and the log has one line');
  issuer.instead = undefined;
  wait(1001);
  t.strictSame(await Promise.all([status(first), status(second), status(first)]), [200, 401, 200]);
  t.match(told()[1], { level: 30, msg: 'keys of the issuer fetched again' });
  wait(10_001);
  t.equal(await status(second), 401, 'for which they are fetched once more');
  t.equal(told().length, 2, 'and one line when it answers again');
});

t.test('keys that are fetched again without a request are told too', async (t) => {
  let refresh = () => {};
  t.intercept(globalThis, 'setInterval', {
    value: (callback: () => void, everyMs: number) => {
      if (everyMs === 600_000) refresh = callback;
    },
  });
  const { issuer, access, app, told, wait } = await buildWithIssuer(t, [first]);
  issuer.instead = (response) => response.writeHead(500).end();
  t.teardown(access.follow(app.log));
  while (told().length < 1) await nextTurn();
  issuer.instead = undefined;
  wait(1001);
  refresh();
  while (told().length < 2) await nextTurn();
  t.strictSame(
    told().map(({ msg }) => msg),
    ['keys of the issuer not fetched', 'keys of the issuer fetched again'],
  );
});

const wrong: Record<string, string> = {
  'no JSON': 'nonsense',
  'no keys': '{}',
  'another issuer': '{"issuer":"https://other.example","jwks_uri":"https://other.example/keys"}',
  'null': 'null',
}; // biome-ignore format: an answer a line

for (const [what, text] of Object.entries(wrong)) {
  t.test(`an issuer that answers with ${what} is 503, and no refusal of the token`, async (t) => {
    for (const jwksPath of [undefined, '/keys']) {
      const { issuer, status } = await buildWithIssuer(t, [first], jwksPath);
      issuer.instead = (response) => response.end(text);
      t.equal(await status(first), 503);
    }
  });
}

t.test('an issuer that does not answer is 503 after five seconds, for all who wait', async (t) => {
  const { issuer, status } = await buildWithIssuer(t, [first]);
  issuer.instead = () => {};
  const start = performance.now();
  t.strictSame(await Promise.all([status(first), status(first)]), [503, 503]);
  const waited = performance.now() - start;
  t.ok(waited > 4900 && waited < 60_000, `${waited} ms`);
});
