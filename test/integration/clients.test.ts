import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { makeKey, textOf } from '../support/keys.js';
import { startServer, untilListening } from '../support/server.js';

const model = createRequire(import.meta.url).resolve('@housing/model/models/housing.json');

/** Runs a script of this folder, and returns what unittest prints. */
async function run(script: string, ...args: string[]): Promise<string> {
  const { stderr } = await promisify(execFile)(
    process.execPath,
    ['scripts/python.js', `test/integration/${script}`, ...args],
    { env: { ...process.env, REQUIREMENTS: 'test/integration/requirements.txt' } },
  );
  return stderr;
}

t.test('clients of Triton, KServe and MLflow, unchanged, get the golden predictions to the last bit', async (t) => {
  const url = await untilListening(startServer(t));
  t.match(await run('clients.py', url, model), /^Ran [1-9]\d+ tests? in .*\n\nOK$/m);
});

t.test("Triton's client loads and unloads a model with the key of an administrator, and with no other", async (t) => {
  const admin = makeKey('admin', ['admin']);
  const other = makeKey('other', ['metadata']);
  const file = join(t.testdir({ 'keys.json': textOf([admin, other]) }), 'keys.json');
  const url = await untilListening(startServer(t, { AUTH: 'keys', AUTH_KEYS_FILE: file }));
  t.match(await run('admin.py', url, admin.key, other.key), /^Ran 3 tests in .*\n\nOK$/m);
});
