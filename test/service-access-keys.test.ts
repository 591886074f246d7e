import fs, { renameSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { examples } from '@housing/bench/examples.js';
import { openKeyFile } from '@housing/service';
import t, { type Test } from 'tap';
import { makeKey, openKeys, type TestKey, textOf } from './support/keys.js';
import { startServer, untilListening } from './support/server.js';
import { build } from './support/service.js';

const [{ body, answer }] = examples;
const alice = makeKey('alice', ['predict', 'metadata']);
const bob = makeKey('bob', ['metrics']);

/** An app with these keys, and how it answers a prediction with these headers. */
function buildWithKeys(t: Test, keys: readonly TestKey[] = [alice, bob]) {
  const { file, authenticate } = openKeys(t, keys);
  const app = build(t, { authenticate });
  const predict = (headers: Record<string, string>, url = '/predict') =>
    app.inject({ method: 'POST', url, headers: { 'content-type': 'application/json', ...headers }, payload: body });
  return { file, predict };
}

t.test('a key is taken as a bearer token and as X-API-Key', async (t) => {
  const { predict } = buildWithKeys(t);
  const bearers = [`Bearer ${alice.key}`, `bearer ${alice.key}`, `BEARER  ${alice.key} `];
  for (const authorization of bearers) t.equal((await predict({ authorization })).body, answer, authorization);
  t.equal((await predict({ 'x-api-key': alice.key })).body, answer);
  t.equal((await predict({ authorization: bearers[0], 'x-api-key': alice.key })).body, answer, 'the same in both');
});

t.test('who sends no key is told where to put one', async (t) => {
  const { predict } = buildWithKeys(t);
  const response = await predict({});
  t.equal(response.statusCode, 401);
  t.equal(response.headers['content-type'], 'application/problem+json; charset=utf-8');
  t.equal(response.headers['www-authenticate'], 'Bearer realm="housing"');
  t.match(response.json(), {
    code: 'credentials_required',
    detail: 'expected a key in Authorization: Bearer or in X-API-Key, got none',
    requestId: response.headers['x-request-id'],
  });
});

t.test('what is no key of the file is refused, and not repeated', async (t) => {
  const { predict } = buildWithKeys(t);
  const wrong = [
    makeKey('eve', ['predict']).key,
    alice.key.slice(0, -1),
    `${alice.key}a`,
    alice.entry.sha256,
    'a b',
    '',
  ];
  for (const key of wrong) {
    const response = await predict({ 'x-api-key': key });
    t.equal(response.statusCode, 401, key);
    t.equal(response.headers['www-authenticate'], 'Bearer realm="housing", error="invalid_token"');
    t.match(response.json(), { code: 'invalid_credentials', detail: 'expected a key of this service, got another' });
  }
  for (const authorization of [`Basic ${alice.key}`, alice.key, 'Bearer', 'Bearer ', `Bearer ${alice.key} b`, '']) {
    const response = await predict({ authorization });
    t.equal(response.statusCode, 401, authorization);
    const detail = 'authorization: expected Bearer and a token, got something else';
    t.match(response.json(), { code: 'invalid_credentials', detail });
  }
});

t.test('two keys that differ are refused, be they good or not', async (t) => {
  const { predict } = buildWithKeys(t);
  const response = await predict({ authorization: `Bearer ${alice.key}`, 'x-api-key': bob.key });
  t.equal(response.statusCode, 400);
  t.equal(response.headers['www-authenticate'], 'Bearer realm="housing", error="invalid_request"');
  t.match(response.json(), {
    code: 'conflicting_credentials',
    detail: 'x-api-key: expected the key of Authorization, got another',
  });
});

t.test('a key is good until it expires', async (t) => {
  let now = Date.parse('2026-12-31T23:59:59.999Z');
  t.intercept(Date, 'now', { value: () => now });
  const carol = makeKey('carol', ['predict'], '2027-01-01');
  const dave = makeKey('dave', ['predict'], '2027-01-01T00:00:00.001Z');
  const { predict } = buildWithKeys(t, [carol, dave]);
  t.equal((await predict({ 'x-api-key': carol.key })).statusCode, 200);
  now += 1;
  const response = await predict({ 'x-api-key': carol.key });
  t.equal(response.statusCode, 401);
  const detail = 'expected a key that has not expired, got that of carol, valid until 2027-01-01T00:00:00.000Z';
  t.match(response.json(), { code: 'invalid_credentials', detail });
  t.equal((await predict({ 'x-api-key': dave.key })).statusCode, 200);
});

t.test('a refusal carries what the clients of its dialect read', async (t) => {
  const { predict } = buildWithKeys(t);
  const required = { error_code: 'UNAUTHENTICATED', message: /^expected a key in/, code: 'credentials_required' };
  t.match((await predict({}, '/invocations')).json(), required);
  const lacking = { error_code: 'PERMISSION_DENIED', message: 'expected the scope predict, got metrics' };
  t.match((await predict({ 'x-api-key': bob.key }, '/invocations')).json(), lacking);
  for (const url of ['/v2/models/housing/infer', '/v1/models/housing:predict']) {
    t.match((await predict({}, url)).json(), { error: /^expected a key in/ }, url);
    t.match((await predict({ 'x-api-key': bob.key }, url)).json(), { error: /^expected the scope predict/ }, url);
  }
});

t.test('who has no key is refused before the body is read', async (t) => {
  const { authenticate } = openKeys(t, [alice]);
  const url = await build(t, { authenticate, maxBytes: 10, maxInFlight: 1 }).listen({ port: 0, host: '127.0.0.1' });
  for (const payload of ['not JSON', 'x'.repeat(100)]) {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/predict`, { method: 'POST', headers, body: payload });
    t.equal(response.status, 401);
  }
});

const faults: Record<string, [unknown, string]> = {
  'no array': [{}, 'expected an array of keys, got an object'],
  'no object': [['alice'], '[0]: expected an object, got "alice"'],
  'no name': [[{ ...alice.entry, name: undefined }], '[0].name: expected 1 to 64 letters, digits, ".", "_", "@" and "-", got undefined'],
  'a name with a space': [[{ ...alice.entry, name: 'a b' }], '[0].name: expected 1 to 64 letters, digits, ".", "_", "@" and "-", got "a b"'],
  'a name twice': [[alice.entry, { ...bob.entry, name: 'alice' }], '[1].name: expected a name of its own, got alice twice'],
  'a digest twice': [[alice.entry, { ...alice.entry, name: 'b' }], '[1].sha256: expected a digest of its own, got one twice'],
  'a key for its digest': [[{ ...alice.entry, sha256: alice.key }], '[0].sha256: expected 64 hexadecimal digits, got another text'],
  'no scopes': [[{ ...alice.entry, scopes: [] }], '[0].scopes: expected an array of scopes, got an array of 0'],
  'a text of scopes': [[{ ...alice.entry, scopes: 'predict' }], '[0].scopes: expected an array of scopes, got "predict"'],
  'an unknown scope': [[{ ...alice.entry, scopes: ['predict', 'open'] }], '[0].scopes[1]: expected one of predict, metadata, metrics, admin, got "open"'],
  'an unknown key': [[{ ...alice.entry, expiry: '2027-01-01' }], '[0]: expected name, sha256, scopes and maybe expires, got "expiry"'],
  'a day that is none': [[{ ...alice.entry, expires: '2027-02-30' }], '[0].expires: expected a day as 2027-01-31 or a time as 2027-01-31T12:00:00Z, got "2027-02-30"'],
  'a time without a zone': [[{ ...alice.entry, expires: '2027-01-01T00:00:00' }], '[0].expires: expected a day as 2027-01-31 or a time as 2027-01-31T12:00:00Z, got "2027-01-01T00:00:00"'],
  'a number for a time': [[{ ...alice.entry, expires: 1 }], '[0].expires: expected a day as 2027-01-31 or a time as 2027-01-31T12:00:00Z, got 1'],
  'null for never': [[{ ...alice.entry, expires: null }], '[0].expires: expected a day as 2027-01-31 or a time as 2027-01-31T12:00:00Z, got null'],
}; // biome-ignore format: a fault a line

for (const [what, [content, message]] of Object.entries(faults)) {
  t.test(`a file of keys with ${what} is refused`, async (t) => {
    const file = join(t.testdir({ 'keys.json': JSON.stringify(content) }), 'keys.json');
    t.throws(() => openKeyFile(file), { message: `${file}: ${message}` });
  });
}

t.test('a file of keys that is no JSON is refused, and not repeated', async (t) => {
  const folder = t.testdir({ 'empty.json': ' ', 'key.json': alice.key, 'half.json': textOf([alice]).slice(0, -9) });
  for (const [name, got] of [
    ['empty', 'nothing'],
    ['key', 'something else'],
    ['half', 'something else'],
  ]) {
    const file = join(folder, `${name}.json`);
    t.throws(() => openKeyFile(file), { message: `${file}: expected JSON, got ${got}` });
  }
});

t.test('a file of keys that is missing or at fault is one line and exit 1', async (t) => {
  const folder = t.testdir({ 'wrong.json': '{}' });
  const wrong = join(folder, 'wrong.json');
  const none = join(folder, 'none.json');
  const lines: [Record<string, string>, string][] = [
    [{}, 'AUTH_KEYS_FILE: expected a file of keys, got none'],
    [
      { AUTH_KEYS_FILE: none },
      `AUTH_KEYS_FILE: expected a file of keys, got ENOENT: no such file or directory, open '${none}'`,
    ],
    [{ AUTH_KEYS_FILE: wrong }, `${wrong}: expected an array of keys, got an object`],
  ];
  for (const [settings, line] of lines) {
    const server = startServer(t, { AUTH: 'keys', ...settings });
    t.equal(await server.exit, 1);
    t.strictSame(server.output, { stdout: '', stderr: `${line}\n` });
  }
});

t.test('a changed file of keys is read without a restart, and a broken one leaves the keys', async (t) => {
  const file = join(t.testdir({ 'keys.json': textOf([alice]) }), 'keys.json');
  const server = startServer(t, { AUTH: 'keys', AUTH_KEYS_FILE: file });
  const url = await untilListening(server);
  const status = async ({ key }: TestKey) => (await fetch(`${url}/models`, { headers: { 'x-api-key': key } })).status;
  const carol = makeKey('carol', ['metadata']);
  t.strictSame([await status(alice), await status(carol)], [200, 401]);

  const untilLogged = async (text: string) => {
    while (!server.output.stdout.includes(text)) await new Promise(setImmediate);
  };
  writeFileSync(`${file}.new`, textOf([alice, carol]));
  renameSync(`${file}.new`, file);
  await untilLogged('"keys":2,"msg":"keys read"');
  t.strictSame([await status(alice), await status(carol)], [200, 200]);

  writeFileSync(file, '[');
  const broken = `{"level":50,"time":\\d+,"pid":\\d+,"hostname":"[^"]+","reason":"${file}: expected JSON, got something else","msg":"keys not read, those before stay"}`;
  await untilLogged('something else');
  t.match(server.output.stdout, new RegExp(broken));
  t.strictSame([await status(alice), await status(carol)], [200, 200]);

  rmSync(file);
  await untilLogged('ENOENT');
  t.strictSame([await status(alice), await status(carol)], [200, 200]);

  writeFileSync(file, textOf([alice, carol]));
  while (server.output.stdout.split('"keys":2,"msg":"keys read"').length < 3) await new Promise(setImmediate);
  t.strictSame([await status(alice), await status(carol)], [200, 200], 'the end of a fault is told');

  writeFileSync(file, textOf([carol]));
  await untilLogged('"keys":1,"msg":"keys read"');
  t.strictSame([await status(alice), await status(carol)], [401, 200], 'a key that is taken away is refused');
});

t.test('a file of keys that cannot be read for a moment is tried again, though it does not change', async (t) => {
  const file = join(t.testdir({ 'keys.json': textOf([alice, bob]) }), 'keys.json');
  const { authenticate, follow } = openKeyFile(file);
  const app = build(t, { authenticate });
  const ask = async () => (await app.inject({ url: '/models', headers: { 'x-api-key': alice.key } })).statusCode;
  t.equal(await ask(), 200);

  const { readFileSync } = fs;
  let nFailures = 0;
  const failing: typeof readFileSync = () => {
    nFailures++;
    throw new Error('EMFILE: too many open files');
  };
  const read = (by: typeof readFileSync) => {
    fs.readFileSync = by;
    syncBuiltinESMExports();
  };
  t.teardown(() => read(readFileSync));
  read(failing);
  writeFileSync(file, textOf([bob]));
  t.teardown(follow(app.log));
  while (nFailures < 2) await setTimeout(50);
  t.equal(await ask(), 200, 'the keys before stay');

  read(readFileSync);
  while ((await ask()) === 200) await setTimeout(50);
  t.equal(await ask(), 401, 'then the key that was taken away is refused');
});

t.test('without authentication the log says so at warn, and nobody is an administrator', async (t) => {
  const server = startServer(t);
  const url = await untilListening(server);
  const warned = server.output.stdout.split('\n').filter((line) => line.includes('"level":40'));
  t.strictSame(
    warned.map((line) => JSON.parse(line).msg),
    ['AUTH=none: whoever reaches this service may predict and read, and nobody is an administrator'],
  );
  const response = await fetch(`${url}/v2/repository/models/housing/unload`, { method: 'POST' });
  t.equal(response.status, 403);
  t.match(await response.json(), { code: 'admin_required' });
});
