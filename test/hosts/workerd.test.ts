import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@housing/bench/free-port.js';
import t from 'tap';
import { bundle } from '../support/bundle.js';
import { shipped } from '../support/documents.js';
import { predictGolden } from '../support/predict-golden.js';

// the path of its binary; the package has no types
const { default: workerd }: { default: string } = createRequire(import.meta.url)('workerd');
const port = await freePort();
const folder = t.testdir({
  'worker.js': await bundle(`
    import { predictGolden } from './support/predict-golden.js';
    export default {
      async fetch(request) {
        return Response.json(predictGolden(await request.json()));
      },
    };
  `),
  'config.capnp': `
    using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [(name = "main", worker = (
        modules = [(name = "worker.js", esModule = embed "worker.js")],
        compatibilityDate = "2025-01-01"
      ))],
      sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
    );
  `,
});

const runtime = spawn(workerd, ['serve', join(folder, 'config.capnp')], { stdio: 'inherit' });
t.teardown(async () => {
  runtime.kill();
  await once(runtime, 'exit');
});

for (const name of ['housing', 'housing-flask'] as const) {
  t.test(`${name} predicts its golden rows in workerd to the last bit`, async (t) => {
    const answer = await post(JSON.stringify(shipped(name)));
    t.strictSame(answer, { ...predictGolden(shipped(name)), canCompile: false });
    t.match(answer, {
      predictions: shipped(name).golden.predictions,
      fastest: shipped(name).golden.predictions,
      example: 25.0021457871835,
      refusal: /^RM: expected a number from .*, got NaN$/,
    });
  });
}

/** Posts as soon as the runtime listens. */
async function post(body: string): Promise<unknown> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body }).catch(() => undefined);
    if (response?.ok) return response.json();
    await sleep(100);
  }
  throw new Error('expected an answer within 10 seconds, got none');
}
