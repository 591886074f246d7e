import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { examples } from '@housing/bench/examples.js';
import t, { type Test } from 'tap';
import { linesOf, type Server, startByNpm, startServer, untilListening } from './support/server.js';

const [{ body, answer }] = examples;
const headers = { 'content-type': 'application/json' };

// [how it is started, how it is stopped]
const stops: Record<string, [(t: Test) => Server, (pid: number) => void]> = {
  SIGTERM: [startServer, (pid) => process.kill(pid, 'SIGTERM')],
  SIGINT: [startServer, (pid) => process.kill(pid, 'SIGINT')],
  'SIGTERM to npm': [startByNpm, (pid) => process.kill(pid, 'SIGTERM')],
  'SIGINT to npm': [startByNpm, (pid) => process.kill(pid, 'SIGINT')],
  'Ctrl-C': [startByNpm, (pid) => process.kill(-pid, 'SIGINT')],
};

for (const [what, [start, stop]] of Object.entries(stops)) {
  t.test(
    `${what}, even twice, lets a request in flight finish, and then exits with 0`,
    { timeout: 60_000 },
    async (t) => {
      const server = start(t);
      const { port } = new URL(await untilListening(server));
      const socket = connect(Number(port), '127.0.0.1');
      let received = '';
      socket.on('data', (chunk) => {
        received += chunk;
      });
      const head = `POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n`;
      // the service asks for the body when it has begun to answer
      socket.write(`${head}expect: 100-continue\r\n\r\n`);
      while (!received.includes('100 Continue')) await once(socket, 'data');

      const { pid } = server.child;
      if (pid === undefined) throw new Error('expected a process, got none');
      stop(pid);
      await untilRefused(Number(port));
      // npm passes on what the terminal has sent to all: when, is by chance
      stop(pid);
      socket.write(body);
      await once(socket, 'close');
      t.match(received, /HTTP\/1\.1 200 OK/);
      t.ok(received.endsWith(answer));
      t.equal(await server.exit, 0);
      t.equal(server.output.stderr, '');
    },
  );
}

t.test('a signal while what serves is loaded ends it with 0', async (t) => {
  // raised by who loads it, when nothing of it has run
  const load = `export const load = (url, context, next) => {
    if (url.endsWith('/dist/serve.js')) process.kill(process.pid, 'SIGTERM');
    return next(url, context);
  }`;
  const register = `import { register } from 'node:module'; register(${JSON.stringify(program(load))});`;
  const server = startServer(t, { NODE_OPTIONS: `--import=${program(register)}` });
  t.equal(await server.exit, 0);
});

/** The URL of a program. */
function program(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

t.test('two seconds after a signal another ends it at once, be it the same or not', async (t) => {
  const server = startServer(t, { DRAIN_DELAY: '600000' });
  await untilListening(server);
  server.child.kill('SIGINT');
  while (linesOf(server, 'stopping').length === 0) await once(server.child.stdout, 'data');
  server.child.kill('SIGTERM');
  await sleep(2500);
  t.equal(server.child.signalCode, null);
  server.child.kill('SIGTERM');
  await server.exit;
  t.equal(server.child.signalCode, 'SIGTERM');
  t.equal(linesOf(server, 'stopping').length, 1);
});

t.test('an idle connection does not keep it from exiting', async (t) => {
  const server = startServer(t);
  const url = await untilListening(server);
  const { port } = new URL(url);
  const idle = connect(Number(port), '127.0.0.1');
  await once(idle, 'connect');
  await (await fetch(`${url}/health`)).text();
  server.child.kill('SIGTERM');
  t.equal(await server.exit, 0);
  idle.destroy();
});

// within the minute that the service gives a request
t.test('half a request does not keep it from exiting', { timeout: 55_000 }, async (t) => {
  const server = startServer(t);
  const { port } = new URL(await untilListening(server));
  const whole = 'GET /health HTTP/1.1\r\nhost: x\r\n\r\n';
  for (const before of ['', whole]) {
    const half = connect(Number(port), '127.0.0.1');
    half.on('error', () => {});
    half.write(`${before}POST /predict HTTP/1.1\r\nhost: x\r\n`);
    // once the other is answered, the half that came before it has been read
    if (before === '') await (await fetch(`http://127.0.0.1:${port}/health`)).text();
    else await once(half, 'data');
  }
  server.child.kill('SIGTERM');
  t.equal(await server.exit, 0);
});

t.test('no line of the log is lost when it exits', async (t) => {
  const server = startServer(t);
  const url = await untilListening(server);
  const answers = Array.from({ length: 100 }, () => fetch(`${url}/predict`, { method: 'POST', headers, body }));
  for (const response of await Promise.all(answers)) await response.text();
  server.child.kill('SIGTERM');
  t.equal(await server.exit, 0);
  t.equal(server.output.stdout.match(/"msg":"answered"/g)?.length, 100);
});

t.test('it serves on and exits though nobody reads its log any more', { timeout: 60_000 }, async (t) => {
  const server = startServer(t);
  const url = await untilListening(server);
  server.child.stdout.destroy();
  // a line that waits until it is written, by time or at exit
  t.ok((await fetch(`${url}/health`)).ok);
  server.child.kill('SIGTERM');
  t.equal(await server.exit, 0);
  t.equal(server.output.stderr, '');
});

/** Waits until nobody listens on a port any more. */
async function untilRefused(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const refused = await new Promise((resolve) =>
      socket.on('connect', () => resolve(false)).on('error', () => resolve(true)),
    );
    socket.destroy();
    if (refused) return;
  }
}
