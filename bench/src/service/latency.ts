import { drive, expectAnswers } from './drive.js';
import { manyRowExchanges, oneRowExchanges } from './exchanges.js';
import { type Figure, median } from './figures.js';
import { service, startServer } from './server.js';

/** How long one row takes while one connection asks for 10,000 after 10,000. */
export async function latency(rounds: number, duration: number): Promise<Figure[]> {
  const one = oneRowExchanges(100);
  const figures: Figure[] = [];
  for (const [shape, many] of Object.entries(manyRowExchanges(10_000))) {
    const server = await startServer(service('service'));
    try {
      await expectAnswers(server, [...one, many]);
      const p99s: number[] = [];
      for (let round = -1; round < rounds; round++) {
        const [small] = await Promise.all([
          drive(server, one, { connections: 10, duration }),
          drive(server, [many], { connections: 1, duration }),
        ]);
        if (round >= 0) p99s.push(small.p99);
      }
      const what = `p99 of one row beside 10,000 rows as ${shape}`;
      figures.push({ what, measured: median(p99s), target: 25, better: 'lower', unit: ' ms' });
    } finally {
      await server.stop();
    }
  }
  return figures;
}
