import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import t from 'tap';
import { startServer, untilListening } from '../support/server.js';

const model = readFileSync(createRequire(import.meta.url).resolve('@housing/model/models/housing.json'), 'utf8');

t.test('schemathesis finds nothing that the OpenAPI document does not promise', async (t) => {
  // models with the same features: what one accepts, all do
  const folder = t.testdir({ 'boston.json': model, housing: { '1.json': model, '2.json': model } });
  const url = await untilListening(startServer(t, { MODELS_DIR: folder }));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['scripts/python.js', 'test/integration/contract.py', url],
    { env: { ...process.env, REQUIREMENTS: 'test/integration/requirements-contract.txt' }, maxBuffer: 2 ** 26 },
  ).catch(({ stdout, stderr }) => ({ stdout: stdout + stderr }));
  t.match(stdout, /^ +Tested: +[1-9]\d$/m);
  t.match(stdout, /^ +(\d{4,}) generated, \1 passed$/m);
});
