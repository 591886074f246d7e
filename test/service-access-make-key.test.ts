import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { openKeyFile } from '@housing/service';
import t, { type Test } from 'tap';
import { makeKey, textOf } from './support/keys.js';
import { build } from './support/service.js';

const program = join(
  dirname(createRequire(import.meta.url).resolve('@housing/service/package.json')),
  'dist/access/make-key.js',
);

type Outcome = { code: unknown; stdout: string; stderr: string };

/** Runs the command, as `npm run key` does. */
function run(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

/** The status of a request for the models, by the keys of a file. */
async function ask(t: Test, file: string, key: string): Promise<number> {
  const app = build(t, openKeyFile(file));
  return (await app.inject({ url: '/models', headers: { 'x-api-key': key } })).statusCode;
}

t.test('prints a new key once, and keeps its digest', async (t) => {
  const file = join(t.testdir({}), 'keys.json');
  const args = ['--file', file, '--name', 'alice', '--scopes', 'predict,metadata', '--expires', '2999-01-31'];
  const { code, stdout, stderr } = await run(args);
  t.equal(code, 0);
  // 256 bits in 43 digits of 6
  t.match(stdout, /^housing_[\w-]{43}\n$/);
  t.equal(stderr, `${file}: added alice for predict, metadata; the key will not be shown again\n`);
  const key = stdout.trim();
  const sha256 = createHash('sha256').update(key).digest('hex');
  t.strictSame(JSON.parse(readFileSync(file, 'utf8')), [
    { name: 'alice', scopes: ['predict', 'metadata'], expires: '2999-01-31', sha256 },
  ]);
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.equal(await ask(t, file, key), 200);
});

t.test('adds to the keys that are there, in the file that AUTH_KEYS_FILE names', async (t) => {
  const bob = makeKey('bob', ['metadata'], '2999-01-01');
  const file = join(t.testdir({ 'keys.json': textOf([bob]) }), 'keys.json');
  const keys = [bob.key];
  for (const name of ['carol', 'dave']) {
    const { code, stdout } = await run(['--name', name, '--scopes', 'metadata'], { AUTH_KEYS_FILE: file });
    t.equal(code, 0);
    keys.push(stdout.trim());
  }
  t.equal(new Set(keys).size, 3);
  for (const key of keys) t.equal(await ask(t, file, key), 200);
  t.strictSame(JSON.parse(readFileSync(file, 'utf8'))[0], bob.entry);
});

t.test('scopes that are given one by one all count', async (t) => {
  const file = join(t.testdir({}), 'keys.json');
  const { code } = await run(['--file', file, '--name', 'bob', '--scopes', 'predict', '--scopes', 'metadata,metrics']);
  t.equal(code, 0);
  t.match(JSON.parse(readFileSync(file, 'utf8')), [{ scopes: ['predict', 'metadata', 'metrics'] }]);
});

t.test('two at a time lose no key', async (t) => {
  const file = join(t.testdir({}), 'keys.json');
  const names = ['a', 'b', 'c', 'd'];
  const outcomes = await Promise.all(
    names.map((name) => run(['--file', file, '--name', name, '--scopes', 'metadata'])),
  );
  const made = outcomes.filter(({ code }) => code === 0);
  t.ok(made.length > 0);
  for (const { stdout } of made) t.equal(await ask(t, file, stdout.trim()), 200);
  for (const { code, stderr } of outcomes)
    if (code !== 0) t.match(stderr, `${file}.new: expected a file that nobody else writes, got EEXIST`);
});

t.test('what is wrong is one line and exit 1, and the file stays', async (t) => {
  const text = textOf([makeKey('alice', ['predict'])]);
  const folder = t.testdir({ 'keys.json': text, 'broken.json': '[' });
  const file = join(folder, 'keys.json');
  const broken = join(folder, 'broken.json');
  const given = (args: Record<string, string>) =>
    Object.entries({ file, name: 'bob', scopes: 'predict', ...args }).flatMap(([name, value]) => [`--${name}`, value]);
  const faults: [string[], string][] = [
    [given({ name: 'alice' }), `${file}: [1].name: expected a name of its own, got alice twice`],
    [given({ name: 'b b' }), '--name: expected 1 to 64 letters, digits, ".", "_", "@" and "-", got "b b"'],
    [given({ scopes: 'predict,all' }), '--scopes[1]: expected one of predict, metadata, metrics, admin, got "all"'],
    [
      given({ expires: '2026' }),
      '--expires: expected a day as 2027-01-31 or a time as 2027-01-31T12:00:00Z, got "2026"',
    ],
    [given({ expires: '2020-01-01' }), '--expires: expected a time to come, got 2020-01-01'],
    [given({ file: broken }), `${broken}: expected JSON, got something else`],
    [['--name', 'bob', '--scopes', 'predict'], '--file: expected a file of keys, got none'],
    [['--file', file, '--name', 'bob'], '--scopes: expected an array of scopes, got an array of 0'],
    [['--key', 'x'], "Unknown option '--key'"],
  ];
  for (const [args, line] of faults)
    t.strictSame(await run(args, { AUTH_KEYS_FILE: '' }), { code: 1, stdout: '', stderr: `${line}\n` });
  t.equal(readFileSync(file, 'utf8'), text);
  for (const path of [file, broken]) t.notOk(existsSync(`${path}.new`), 'nothing is left behind');

  writeFileSync(`${file}.new`, '');
  t.match(await run(given({})), { code: 1, stderr: /^.*\.new: expected a file that nobody else writes, got EEXIST/ });
});

t.test('--help tells how', async (t) => {
  const { code, stdout } = await run(['--help']);
  t.equal(code, 0);
  t.match(stdout, /^usage: npm run key -- /);
});
