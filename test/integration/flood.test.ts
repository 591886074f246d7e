import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { examples } from '@housing/bench/examples.js';
import t from 'tap';
import { startServer, untilListening } from '../support/server.js';

const MIB = 2 ** 20;
const nClients = 300;
const piece = Buffer.alloc(2 ** 16, ' ');
const nPieces = (4 * MIB) / piece.length;
const [{ body, answer }] = examples;
const headers = { 'content-type': 'application/json' };

/** Memory of a process in bytes: `VmRSS` now, `VmHWM` at its highest. */
function memory(pid: number | undefined, field: 'VmRSS' | 'VmHWM'): number {
  const [, kib] = readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm')) ?? [];
  return Number(kib) * 1024;
}

/** Sends a long body slowly, until it is sent or refused. */
async function send(sent: ClientRequest): Promise<{ status: number | undefined; text: string }> {
  let response: IncomingMessage | undefined;
  const answered = once(sent, 'response').then(([one]) => {
    response = one;
  });
  for (let k = 0; k < nPieces && response === undefined; k++) {
    if (!sent.write(piece)) await Promise.race([once(sent, 'drain'), answered]);
    await sleep(20);
  }
  sent.end(body);
  await answered;
  return { status: response?.statusCode, text: response === undefined ? '' : await text(response) };
}

t.test('a flood of long bodies that arrive slowly takes little memory, and all else is answered', async (t) => {
  const server = startServer(t, {
    LOG_LEVEL: 'info',
    MAX_BYTES: String(8 * MIB),
    MAX_BYTES_IN_FLIGHT: String(32 * MIB),
    MAX_IN_FLIGHT: '1000',
  });
  const url = await untilListening(server);
  const { pid } = server.child;
  const predict = () => fetch(`${url}/predict`, { method: 'POST', headers, body });
  for (let k = 0; k < 100; k++) await predict();
  const before = memory(pid, 'VmRSS');

  const options = { method: 'POST', headers, agent: false };
  const flood = Array.from({ length: nClients }, () => send(request(`${url}/predict`, options)));
  let isOver = false;
  const outcomes = Promise.all(flood).finally(() => {
    isOver = true;
  });
  const waits: number[] = [];
  while (!isOver) {
    const start = performance.now();
    t.equal((await fetch(`${url}/health/live`)).status, 200);
    waits.push(performance.now() - start);
    t.equal(await (await predict()).text(), answer, 'one row');
    await sleep(20);
  }
  const counts = new Map<number | undefined, number>();
  for (const { status, text } of await outcomes) {
    counts.set(status, (counts.get(status) ?? 0) + 1);
    if (status === 200) t.equal(text, answer);
    else t.match(JSON.parse(text), { status: 503, code: 'overloaded' });
  }
  waits.sort((a, b) => a - b);
  const [median, longest] = [waits[waits.length >> 1], waits.at(-1)];
  const grown = memory(pid, 'VmHWM') - before;
  t.comment(`${JSON.stringify([...counts])}, ${grown / MIB} MiB, live after ${median} ms, at most ${longest}`);
  t.ok((counts.get(200) ?? 0) > 0 && (counts.get(503) ?? 0) > 0);
  t.ok(grown < 256 * MIB, `${grown / MIB} MiB more, where all bodies are ${(nClients * nPieces * piece.length) / MIB}`);
  t.ok(median < 250, `${median} ms`);
  t.equal(await (await predict()).text(), answer, 'afterwards');
});
