import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { bundle } from '../support/bundle.js';
import { launchChromium } from '../support/chromium.js';
import { shipped } from '../support/documents.js';
import { predictGolden } from '../support/predict-golden.js';

const script = await bundle(`
  import { predictGolden } from './support/predict-golden.js';
  globalThis.predictGolden = predictGolden;
`);

// one that lets WebAssembly be compiled, and one as a careful site has it
const policies = { lenient: "'self' 'wasm-unsafe-eval'", strict: "'self'" };

const server = createServer((request, response) => {
  const isScript = request.url === '/script.js';
  const policy = request.url === '/lenient' ? policies.lenient : policies.strict;
  response.setHeader('content-security-policy', `default-src 'none'; script-src ${policy}`);
  response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
  response.end(
    isScript ? script : '<!doctype html><title>model</title><script type="module" src="/script.js"></script>',
  );
}).listen(0, '127.0.0.1');
await once(server, 'listening');
t.teardown(() => server.close());

const browser = await launchChromium(t);

for (const name of ['housing', 'housing-flask'] as const) {
  for (const policy of ['lenient', 'strict'] as const) {
    t.test(`${name} predicts its golden rows in Chromium under a ${policy} policy to the last bit`, async (t) => {
      const page = await browser.newPage();
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(error.message));
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${policy}`);
      await page.waitForFunction('globalThis.predictGolden !== undefined');

      const answer = await page.evaluate(`predictGolden(${JSON.stringify(shipped(name))})`);
      t.strictSame(answer, { ...predictGolden(shipped(name)), canCompile: policy === 'lenient' });
      t.match(answer, {
        predictions: shipped(name).golden.predictions,
        fastest: shipped(name).golden.predictions,
        example: 25.0021457871835,
        refusal: /^RM: expected a number from .*, got NaN$/,
      });
      t.same(faults, []);
    });
  }
}
