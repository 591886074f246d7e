import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from './server.js';

/** What a service took. */
export interface Usage {
  /** In bytes, second by second. */
  readonly memory: readonly number[];
  /** The most sockets that it had open. */
  readonly mostSockets: number;
}

/** Measures each second until the end. */
export async function measure(service: Service, isOver: () => boolean): Promise<Usage> {
  const memory: number[] = [];
  let mostSockets = 0;
  while (!isOver()) {
    memory.push(service.memory());
    mostSockets = Math.max(mostSockets, service.sockets());
    await sleep(1000);
  }
  return { memory, mostSockets };
}

/** The median memory of the last fifth of the time, of that of the second fifth: the first is to warm up. */
export function growthOf({ memory }: Usage): { before: number; after: number } {
  const fifth = Math.max(1, Math.floor(memory.length / 5));
  return { before: median(memory.slice(fifth, 2 * fifth)), after: median(memory.slice(-fifth)) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
