import { oneRowExchanges } from './exchanges.js';
import type { Figure } from './figures.js';
import { driveInTurn, ratio } from './rounds.js';
import { rival, service } from './server.js';

/** One row a request, against what the framework and Node allow. */
export async function oneRow(rounds: number, duration: number): Promise<Figure[]> {
  const exchanges = oneRowExchanges(100);
  const empty = exchanges.map(({ body }) => ({ body, answer: '{"prediction":[25.0021457871835]}' }));
  const echoed = exchanges.map(({ body }) => ({ body, answer: body }));
  const [logging, fastify, silent, http] = await driveInTurn(
    [
      { program: service('service'), exchanges },
      { program: rival('bare Fastify, the same log', 'fastify'), exchanges: empty },
      { program: service('service, no request log', { LOG_LEVEL: 'warn' }), exchanges },
      { program: rival('bare node:http, no log', 'http'), exchanges: echoed },
      // how much of the difference is the framework's
      { program: rival('bare Fastify, no log', 'fastify', { LOG_LEVEL: 'warn' }), exchanges: empty },
    ],
    rounds,
    { connections: 10, duration },
  );
  return [
    { what: 'one row, of bare Fastify', measured: ratio(logging, fastify), target: 0.95, better: 'higher' },
    { what: 'one row without log, of bare node:http', measured: ratio(silent, http), target: 0.8, better: 'higher' },
    { what: 'one row with log, of bare node:http', measured: ratio(logging, http), target: 0.6, better: 'higher' },
  ];
}
