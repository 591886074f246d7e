import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { examples } from '@housing/bench/examples.js';
import { freePort } from '@housing/bench/free-port.js';
import { describeSettings, openRepository, readSettings } from '@housing/service';
import t from 'tap';
import { document, shipped } from './support/documents.js';
import { startServer, untilListening } from './support/server.js';
import { build, shippedFolder } from './support/service.js';

const [{ body, answer }] = examples;
const headers = { 'content-type': 'application/json' };

t.test('prints where it serves, and serves there', async (t) => {
  const url = await untilListening(startServer(t));
  t.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const response = await fetch(`${url}/predict`, { method: 'POST', headers, body });
  t.equal(await response.text(), answer);
});

t.test('a taken port is one line and exit 1', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  t.teardown(() => holder.close());
  const { port } = holder.address() as AddressInfo;
  const server = startServer(t, { PORT: String(port) });
  t.equal(await server.exit, 1);
  t.equal(server.output.stderr, `PORT: expected a free one, got ${port}, which is taken at 127.0.0.1\n`);
});

const bad: Record<string, [Record<string, string>, string]> = {
  'a port that is no number': [{ PORT: 'http' }, 'PORT: expected a whole number from 0 to 65535, got "http"'],
  'an unknown default': [
    { DEFAULT_MODEL: 'none' },
    'DEFAULT_MODEL: expected one of housing, housing-flask, got "none"',
  ],
  'a host that is not here': [{ HOST: '192.0.2.1' }, 'HOST: expected an address of this machine, got 192.0.2.1'],
  'a folder that is not there': [
    { MODELS_DIR: '/nowhere' },
    "MODELS_DIR: expected a folder, got ENOENT: no such file or directory, scandir '/nowhere'",
  ],
};

for (const [what, [settings, line]] of Object.entries(bad)) {
  t.test(`${what} is one line and exit 1`, async (t) => {
    const server = startServer(t, settings);
    t.equal(await server.exit, 1);
    t.equal(server.output.stderr, `${line}\n`);
    t.notMatch(server.output.stdout, 'listening');
  });
}

t.test('--help prints every setting, and serves nothing', async (t) => {
  const server = startServer(t, { PORT: 'any' }, ['--help']);
  t.equal(await server.exit, 0);
  const { stdout, stderr } = server.output;
  t.equal(stderr, '');
  t.match(stdout, /^usage: node packages\/service\/dist\/server\.js \[--help\]\n/);
  for (const { name, byDefault, expected } of describeSettings()) {
    const standard = byDefault.replaceAll('`', '');
    const said = expected.replaceAll('*', '\\*');
    t.match(stdout, new RegExp(`^  ${name} .*\\n +${said}; by default ${standard}$`, 'm'), name);
  }
});

t.test('an unknown argument is one line and exit 1', async (t) => {
  const server = startServer(t, {}, ['--port=80']);
  t.equal(await server.exit, 1);
  t.strictSame(server.output, { stdout: '', stderr: "Unknown option '--port'\n" });
});

t.test('every setting is described as it is read', async (t) => {
  const names = Object.keys(readSettings({})).map((name) => name.replace(/[A-Z]/g, '_$&').toUpperCase());
  t.strictSame(
    describeSettings().map(({ name }) => name),
    names,
  );
});

t.test('every setting is checked', async (t) => {
  const refused = (settings: Record<string, string>, message: string) =>
    t.throws(() => readSettings(settings), { message });
  refused({ PORT: '65536' }, 'PORT: expected a whole number from 0 to 65535, got "65536"');
  refused({ PORT: '5e3' }, 'PORT: expected a whole number from 0 to 65535, got "5e3"');
  refused({ MODELS_WATCH: '1' }, 'MODELS_WATCH: expected one of false, true, got "1"');
  refused({ AUTH: 'key' }, 'AUTH: expected one of none, keys, jwt, got "key"');
  refused({ MAX_ROWS: '0' }, 'MAX_ROWS: expected a whole number from 1 to 100000000, got "0"');
  refused({ MAX_BYTES: '1mb' }, 'MAX_BYTES: expected a whole number from 1 to 536870912, got "1mb"');
  refused({ MAX_IN_FLIGHT: '0' }, 'MAX_IN_FLIGHT: expected a whole number from 1 to 1000000, got "0"');
  const addresses = 'addresses or ranges such as 10.0.0.0/8, separated by commas';
  for (const wrong of [
    'true',
    '10.0.0.0/0',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0',
    '10.0.0.1,',
    'loopback',
  ])
    refused({ TRUST_PROXY: wrong }, `TRUST_PROXY: expected ${addresses}, got "${wrong}"`);
  const origins = 'origins such as https://example.org, separated by commas, or *';
  for (const wrong of [
    'example.org',
    'https://example.org/',
    'https://example.org/a',
    'null',
    'true',
    'HTTPS://a',
    'https://a,',
    'file:///a',
  ])
    refused({ CORS_ORIGINS: wrong }, `CORS_ORIGINS: expected ${origins}, got "${wrong}"`);
  refused({ RATE_LIMIT: '-1' }, 'RATE_LIMIT: expected a whole number from 0 to 1000000000, got "-1"');
  refused({ DRAIN_DELAY: '10s' }, 'DRAIN_DELAY: expected a whole number from 0 to 600000, got "10s"');
  refused(
    { LOG_LEVEL: 'loud' },
    'LOG_LEVEL: expected one of fatal, error, warn, info, debug, trace, silent, got "loud"',
  );
});

t.test('lists are read one by one', async (t) => {
  t.match(
    readSettings({ TRUST_PROXY: '10.0.0.0/8, ::1,fc00::/7', CORS_ORIGINS: 'https://a.example,http://localhost:3000' }),
    {
      trustProxy: ['10.0.0.0/8', '::1', 'fc00::/7'],
      corsOrigins: ['https://a.example', 'http://localhost:3000'],
    },
  );
  t.strictSame(readSettings({ CORS_ORIGINS: '*' }).corsOrigins, ['*']);
});

t.test('every setting has a default, which an empty one takes too', async (t) => {
  const defaults = {
    host: '127.0.0.1',
    port: 5000,
    modelsDir: shippedFolder,
    modelsWatch: false,
    defaultModel: undefined,
    auth: 'none',
    authKeysFile: undefined,
    jwtIssuer: undefined,
    jwtAudience: undefined,
    jwtAlgorithms: 'RS256',
    jwtJwksUrl: undefined,
    maxRows: 100_000,
    maxBytes: 33_554_432,
    maxInFlight: 256,
    maxBytesInFlight: 268_435_456,
    rateLimit: 0,
    trustProxy: [],
    corsOrigins: [],
    hstsMaxAge: 0,
    drainDelay: 0,
    metrics: true,
    logLevel: 'info',
  };
  t.strictSame(readSettings({}), defaults);
  const empty = {
    HOST: '',
    PORT: '',
    MODELS_DIR: '',
    MODELS_WATCH: '',
    DEFAULT_MODEL: '',
    AUTH: '',
    AUTH_KEYS_FILE: '',
    JWT_ISSUER: '',
    JWT_AUDIENCE: '',
    JWT_ALGORITHMS: '',
    JWT_JWKS_URL: '',
    MAX_ROWS: '',
    MAX_BYTES: '',
    MAX_IN_FLIGHT: '',
    MAX_BYTES_IN_FLIGHT: '',
    RATE_LIMIT: '',
    TRUST_PROXY: '',
    CORS_ORIGINS: '',
    HSTS_MAX_AGE: '',
    DRAIN_DELAY: '',
    METRICS: '',
    LOG_LEVEL: '',
  };
  t.strictSame(readSettings(empty), defaults);
});

t.test('keys or an issuer without AUTH are refused: whoever sets them does not mean to let everybody in', async (t) => {
  const refused = (settings: Record<string, string>, message: string) =>
    t.throws(() => readSettings(settings), { message });
  refused({ AUTH_KEYS_FILE: 'keys.json' }, 'AUTH: expected keys with AUTH_KEYS_FILE, or none, got nothing');
  const issuer = { JWT_ISSUER: 'https://issuer.example', AUTH: '' };
  refused(issuer, 'AUTH: expected jwt with JWT_ISSUER, or none, got nothing');
  refused({ JWT_AUDIENCE: 'housing' }, 'AUTH: expected jwt with JWT_AUDIENCE, or none, got nothing');
  t.equal(readSettings({ AUTH: 'none', AUTH_KEYS_FILE: 'keys.json' }).auth, 'none');
});

t.test('a model file at fault stops the start with file and reason', async (t) => {
  const golden = { rows: [[1, 2]], predictions: [8] };
  const faults: [string, string][] = [
    ['{"format":', 'Unexpected end of JSON input'],
    ['x\ny', `Unexpected token 'x', "x y" is not valid JSON`],
    ['[]', 'document: expected an object, got an array of 0'],
    [JSON.stringify(document({ init: null })), 'init: expected a finite number, got null'],
    [JSON.stringify(document({ golden })), 'golden.rows[0]: expected the prediction 8, got 7'],
  ];
  // each by the function that reads them, and one by a process: a start takes a second
  for (const [text, reason] of faults) {
    const folder = t.testdir({ 'good.json': JSON.stringify(document()), 'wrong.json': text });
    t.throws(() => openRepository(folder), { message: `${join(folder, 'wrong.json')}: ${reason}` });
  }
  const folder = t.testdir({ 'wrong.json': '[]' });
  const server = startServer(t, { MODELS_DIR: folder });
  t.equal(await server.exit, 1);
  const line = `${join(folder, 'wrong.json')}: document: expected an object, got an array of 0\n`;
  t.strictSame(server.output, { stdout: '', stderr: line });
});

t.test('a folder named as a model is refused', async (t) => {
  const folder = t.testdir({ 'wrong.json': {} });
  const message = `${join(folder, 'wrong.json')}: EISDIR: illegal operation on a directory, read`;
  t.throws(() => openRepository(folder), { message });
});

t.test('a folder without models is refused', async (t) => {
  const folder = t.testdir({ 'readme.txt': '', 'a b.json': '{}' });
  t.throws(() => openRepository(folder), {
    message: `${folder}: expected NAME.json or NAME/VERSION.json files, got none`,
  });
});

t.test('a JSON file whose name is none of a model is passed over with a warning', async (t) => {
  const folder = t.testdir({
    'good.json': JSON.stringify(document()),
    'my model.json': '',
    'b.JSON': '',
    'c.txt': '',
    m: { '03.json': '' },
  });
  const server = startServer(t, { MODELS_DIR: folder });
  await untilListening(server);
  const lines = server.output.stdout
    .split('\n')
    .filter((line) => line.includes('"level":40') && line.includes('passed over'));
  const told = (file: string) =>
    `${join(folder, file)}: expected NAME.json, NAME of letters, digits, ".", "_" and "-", or NAME/VERSION.json, passed over`;
  t.strictSame(
    lines.map((line) => JSON.parse(line).msg),
    ['b.JSON', 'm/03.json', 'my model.json'].map(told),
  );
});

t.test('a silent log prints nothing', async (t) => {
  const port = await freePort();
  const server = startServer(t, { LOG_LEVEL: 'silent', PORT: String(port) });
  while (!(await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined))) await new Promise(setImmediate);
  t.strictSame(server.output, { stdout: '', stderr: '' });
});

t.test('a model dropped into a folder is served by its name', async (t) => {
  const folder = t.testdir({ 'small.v1_2.json': JSON.stringify(document()) });
  const url = await untilListening(startServer(t, { MODELS_DIR: folder }));
  for (const path of ['/predict', '/models/small.v1_2/predict']) {
    const response = await fetch(url + path, { method: 'POST', headers, body: '[{"b":8,"a":3}]' });
    t.equal(await response.text(), '{"prediction":[13]}');
  }
});

t.test('without a default among several the start fails, unless one is named housing', async (t) => {
  const two = { 'a.json': JSON.stringify(document()), 'b.json': JSON.stringify(document()) };
  const message = 'DEFAULT_MODEL: expected one of a, b, got none';
  t.throws(() => openRepository(t.testdir(two)), { message });

  const three = { ...two, 'housing.json': JSON.stringify(shipped('housing')) };
  const app = build(t, { models: openRepository(t.testdir(three)).models });
  t.match((await app.inject('/models')).json(), { default: 'housing' });
});

t.test('the shipped models are those of @housing/model', async (t) => {
  const app = build(t, { models: openRepository(readSettings({}).modelsDir).models });
  t.match((await app.inject('/models')).json(), {
    default: 'housing',
    models: [{ name: 'housing' }, { name: 'housing-flask' }],
  });
});
