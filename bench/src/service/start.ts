import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.js';
import type { Exchange } from './drive.js';
import { oneRowExchanges } from './exchanges.js';
import { type Figure, median } from './figures.js';
import { launch, type Program, rival, service, stop } from './server.js';

/** From the start of the process to its first answer, against bare Fastify. */
export async function coldStart(rounds: number): Promise<Figure[]> {
  const [exchange] = oneRowExchanges(1);
  const bare = { ...exchange, answer: '{"prediction":[25.0021457871835]}' };
  const ratios: number[] = [];
  for (let round = -1; round < 3 * rounds; round++) {
    const ours = await timeStart(service('service'), exchange);
    const fastify = await timeStart(rival('bare Fastify', 'fastify'), bare);
    if (round >= 0) ratios.push(ours / fastify);
  }
  return [{ what: 'cold start, of bare Fastify', measured: median(ratios), target: 2, better: 'lower' }];
}

async function timeStart(program: Program, { body, answer }: Exchange): Promise<number> {
  const port = await freePort();
  const start = performance.now();
  const child = launch(program, port);
  try {
    for (;;) {
      const received = await post(port, body).catch(() => undefined);
      const time = performance.now() - start;
      if (received === answer) return time;
      if (received !== undefined) throw new Error(`${program.name}: expected ${answer}, got ${received}`);
      if (time > 30_000) throw new Error(`${program.name}: expected an answer within 30 seconds, got none`);
      await sleep(1);
    }
  } finally {
    await stop(child);
  }
}

function post(port: number, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request({ port, host: '127.0.0.1', path: '/predict', method: 'POST', headers, agent: false });
    sent.on('error', reject).on('response', (response) => {
      let received = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        received += chunk;
      });
      response.on('error', reject).on('end', () => resolve(received));
    });
    sent.end(body);
  });
}
