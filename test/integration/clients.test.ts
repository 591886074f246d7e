import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import t from 'tap';
import { startServer, untilListening } from '../support/server.js';

const model = createRequire(import.meta.url).resolve('@housing/model/models/housing.json');

t.test('clients of Triton, KServe and MLflow, unchanged, get the golden predictions to the last bit', async (t) => {
  const url = await untilListening(startServer(t));
  const { stderr } = await promisify(execFile)(
    process.execPath,
    ['scripts/python.js', 'test/integration/clients.py', url, model],
    { env: { ...process.env, REQUIREMENTS: 'test/integration/requirements.txt' } },
  );
  // what unittest prints at its end
  t.match(stderr, /^Ran [1-9]\d+ tests? in .*\n\nOK$/m);
});
