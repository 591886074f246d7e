import { drive } from './drive.js';
import { oneRowExchanges } from './exchanges.js';
import type { Figure } from './figures.js';
import { service, startServer } from './server.js';

/** The resident memory after many requests, against that after 10,000. */
export async function memory(requests: number): Promise<Figure[]> {
  const exchanges = oneRowExchanges(100);
  const server = await startServer(service('service'));
  try {
    await drive(server, exchanges, { connections: 10, amount: 10_000 });
    const before = server.memory();
    await drive(server, exchanges, { connections: 10, amount: requests - 10_000 });
    const after = server.memory();
    console.log(
      `\nresident memory: ${toMegabytes(before)} MB after 10,000 requests, ${toMegabytes(after)} MB after ${requests}`,
    );
    const what = `memory after ${requests} requests, of that after 10,000`;
    return [{ what, measured: after / before, target: 1.3, better: 'lower' }];
  } finally {
    await server.stop();
  }
}

function toMegabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
