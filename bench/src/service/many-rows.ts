import { manyRowExchanges } from './exchanges.js';
import type { Figure } from './figures.js';
import { driveInTurn, ratio } from './rounds.js';
import { rival, service } from './server.js';

/** 10,000 rows a request, against a server that only parses the body and writes as many predictions. */
export async function manyRows(rounds: number, duration: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [shape, exchange] of Object.entries(manyRowExchanges(10_000))) {
    const exchanges = [exchange];
    const [ours, json] = await driveInTurn(
      [
        { program: service(`service, ${shape}`), exchanges },
        { program: rival('JSON.parse and JSON.stringify alone', 'json'), exchanges },
      ],
      rounds,
      { connections: 2, duration },
    );
    const what = `10,000 rows as ${shape}, of JSON.parse and JSON.stringify alone`;
    figures.push({ what, measured: ratio(ours, json), target: 0.6, better: 'higher' });
  }
  return figures;
}
