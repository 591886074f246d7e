import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { examples } from '@housing/bench/examples.js';
import t, { type Test } from 'tap';
import { makeKey, openKeys } from './support/keys.js';
import { build } from './support/service.js';

type Outcome = { code: unknown; stdout: string; stderr: string };

/** Runs a built command of bench. */
function run(command: string, ...args: string[]): Promise<Outcome> {
  return runIn({}, command, ...args);
}

/** The same, with more in its environment. */
function runIn(more: Record<string, string>, command: string, ...args: string[]): Promise<Outcome> {
  const env = { ...process.env, ...more };
  return new Promise((resolve) => {
    execFile(process.execPath, [`bench/dist/${command}.js`, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

/** A server that is healthy, and answers every other request with this. */
async function serve(t: Test, status: number, body: string): Promise<string> {
  const server = createServer((request, response) => {
    const isHealth = request.url === '/health';
    response.statusCode = isHealth ? 200 : status;
    request.resume().on('end', () => response.end(isHealth ? '{}' : body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const short = ['--duration', '1', '--connections', '2'];

t.test('load finds nothing wrong with this service, started by itself or elsewhere', async (t) => {
  const url = await build(t).listen({ port: 0, host: '127.0.0.1' });
  for (const where of [[], ['--url', url]]) {
    const { code, stdout } = await run('load', ...short, ...where);
    t.match(stdout, /^\d+ answers: 0 errors, 0 timeouts, 0 non-2xx, 0 mismatches$/m);
    t.equal(code, 0);
  }
});

t.test('load exits with 1 where an answer has another body', async (t) => {
  const { code, stdout } = await run('load', ...short, '--url', await serve(t, 200, examples[0].answer));
  t.match(stdout, /^\d+ answers: 0 errors, 0 timeouts, 0 non-2xx, [1-9]\d* mismatches$/m);
  t.equal(code, 1);
});

t.test('load exits with 1 where an answer is no 2xx', async (t) => {
  const { code, stdout } = await run('load', ...short, '--url', await serve(t, 503, ''));
  t.match(stdout, /^\d+ answers: 0 errors, 0 timeouts, [1-9]\d* non-2xx, /m);
  t.equal(code, 1);
});

t.test('predict prints the answers to both examples', async (t) => {
  const url = await build(t).listen({ port: 0, host: '127.0.0.1' });
  const { code, stdout } = await run('predict', '--url', url);
  t.equal(stdout, examples.map(({ body, answer }) => `${body}\n200 ${answer}\n`).join(''));
  t.equal(code, 0);
});

t.test('load and predict send the key in API_KEY', async (t) => {
  const alice = makeKey('alice', ['predict']);
  const { authenticate } = openKeys(t, [alice]);
  const url = await build(t, { authenticate }).listen({ port: 0, host: '127.0.0.1' });
  for (const [command, args] of [
    ['load', short],
    ['predict', []],
  ] as const) {
    t.equal((await runIn({ API_KEY: alice.key }, command, '--url', url, ...args)).code, 0, command);
    for (const key of ['wrong', ''])
      t.equal((await runIn({ API_KEY: key }, command, '--url', url, ...args)).code, 1, `${command} by "${key}"`);
  }
});

t.test('predict exits with 1 where it is refused, or nobody answers', async (t) => {
  t.match(await run('predict', '--url', await serve(t, 404, '{}')), { code: 1, stdout: /^404 \{\}$/m });
  t.match(await run('predict', '--url', 'http://127.0.0.1:9'), {
    code: 1,
    stderr: /^http:\/\/127\.0\.0\.1:9\/predict: expected a server, got/,
  });
});

for (const evaluator of ['kernel', 'plain']) {
  t.test(`bench checks the answers by ${evaluator} and prints a row for each contender`, async (t) => {
    const { code, stdout } = await run('predictor', evaluator, '--rows', '50', '--repetitions', '1');
    t.equal(code, 0);
    for (const name of ['floor: 400 additions', 'reference walk', 'node objects', 'predict', 'predictBatch'])
      t.match(stdout, new RegExp(`^ {2}${name} +\\d`, 'm'));
  });
}
