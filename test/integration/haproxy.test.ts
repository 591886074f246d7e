import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { examples } from '@housing/bench/examples.js';
import { freePort } from '@housing/bench/free-port.js';
import t, { type Test } from 'tap';
import { startHaproxy } from '../support/haproxy.js';
import { codeBlocks } from '../support/readme.js';
import { type Server, startServer } from '../support/server.js';

const nRestarts = 20;
const nConnections = 4;
const headers = { 'content-type': 'application/json' };
// each restart takes the delay and a start
t.setTimeout(600_000);

t.test('behind HAProxy under load, 20 rolling restarts, of two servers in turn, lose no request', async (t) => {
  const ports = [await freePort(), await freePort()];
  const servers = ports.map((port) => start(t, port));
  const balancer = await startHaproxy(t, ports);
  for (const port of ports) await balancer.until('UP', port);

  const stop = new AbortController();
  const load = Array.from({ length: nConnections }, () => sendUntil(stop.signal, `${balancer.url}/predict`));
  for (let k = 0; k < nRestarts; k++) {
    const s = k % ports.length;
    const port = ports[s];
    servers[s].child.kill('SIGTERM');
    await balancer.until('DOWN', port);
    t.equal(servers[s].child.exitCode, null, 'still serves when the balancer has seen that it is not ready');
    t.equal(await servers[s].exit, 0, `restart ${k + 1} of ${port}`);
    servers[s] = start(t, port);
    await balancer.until('UP', port);
  }
  stop.abort();

  const results = await Promise.all(load);
  for (const { nAnswered, lost } of results) {
    t.strictSame(lost, []);
    // each connection was at work all the time
    t.ok(nAnswered > nRestarts, `${nAnswered} answered`);
  }
  const nAnswered = results.reduce((sum, result) => sum + result.nAnswered, 0);
  t.comment(`${nAnswered} requests answered`);
});

t.test('the configuration in the documentation is one', async (t) => {
  const [text] = codeBlocks('packages/service/README.md', 'haproxy');
  const folder = t.testdir({ 'haproxy.cfg': text });
  const { status, stderr } = spawnSync('haproxy', ['-c', '-f', join(folder, 'haproxy.cfg')], { encoding: 'utf8' });
  t.strictSame({ status, stderr }, { status: 0, stderr: '' });
});

t.test('with it, what a server that was killed does not take is answered by the other', async (t) => {
  const ports = [await freePort(), await freePort()];
  const port = await freePort();
  const servers = ports.map((port) => start(t, port));
  for (const port of ports) await untilTaken(port);
  const [text] = codeBlocks('packages/service/README.md', 'haproxy');
  // without checks, as before the balancer has seen that a server is gone
  const configuration = text
    .replace(/^ *default-server.*$/m, '')
    .replace(':8080', `127.0.0.1:${port}`)
    .replace('5001', String(ports[0]))
    .replace('5002', String(ports[1]));
  const folder = t.testdir({ 'haproxy.cfg': configuration });
  const balancer = spawn('haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')], { stdio: 'ignore' });
  t.teardown(async () => {
    balancer.kill('SIGKILL');
    await once(balancer, 'exit');
  });
  await untilTaken(port);

  servers[0].child.kill('SIGKILL');
  await servers[0].exit;
  // every second one is sent to the server that is gone first
  const agent = new Agent();
  const answers = [0, 1, 2, 3].map(() => post(agent, `http://127.0.0.1:${port}/predict`, examples[0].body));
  t.strictSame(await Promise.all(answers), Array(4).fill(examples[0].answer));
});

/** Waits until somebody listens. */
async function untilTaken(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isTaken = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isTaken) return;
    await sleep(20);
  }
}

function start(t: Test, port: number): Server {
  return startServer(t, { PORT: String(port), DRAIN_DELAY: '2000', LOG_LEVEL: 'silent' });
}

/** Sends one request after another on a connection that is kept, and collects what did not get its answer. */
async function sendUntil(stop: AbortSignal, url: string): Promise<{ nAnswered: number; lost: string[] }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const lost: string[] = [];
  let nAnswered = 0;
  while (!stop.aborted) {
    const { body, answer } = examples[nAnswered % examples.length];
    const received = await post(agent, url, body).catch((error: Error) => error.message);
    if (received === answer) nAnswered++;
    else lost.push(received);
    // no faster, for the servers to have time to start
    await sleep(5);
  }
  agent.destroy();
  return { nAnswered, lost };
}

async function post(agent: Agent, url: string, body: string): Promise<string> {
  const sent = request(url, { agent, method: 'POST', headers });
  const answered = new Promise<string>((resolve, reject) => {
    sent.on('error', reject).on('response', (response) => text(response).then(resolve, reject));
  });
  sent.end(body);
  return answered;
}
