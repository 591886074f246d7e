import autocannon from 'autocannon';
import type { Server } from './server.js';

/** A request, and the one answer to it that is right. */
export interface Exchange {
  readonly body: string;
  readonly answer: string;
  /** Beside the media type. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** For how long, or for how many requests, and from how many connections. */
export interface Load {
  readonly connections: number;
  readonly duration?: number; // seconds
  readonly amount?: number;
}

/** What a server did under a load. */
export interface Run {
  readonly requests: number;
  readonly perSecond: number;
  /** Processor seconds of the server. */
  readonly cpuTime: number;
  /** Of one in a hundred it is longer, in milliseconds. */
  readonly p99: number;
}

/**
 * Puts a load on a server that sends the exchanges over and over, and verifies each answer.
 *
 * @throws Error where one answer is wrong, missing or late
 */
export async function drive(server: Server, exchanges: readonly Exchange[], load: Load): Promise<Run> {
  let mismatches = 0;
  const startTime = performance.now();
  const startCpu = server.cpuTime();
  const { requests, errors, timeouts, non2xx, latency } = await autocannon({
    url: server.url,
    ...load,
    timeout: 60,
    requests: exchanges.map(({ body, answer, headers }) => ({
      method: 'POST',
      path: '/predict',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      onResponse: (_status: number, received: string) => {
        if (received !== answer) mismatches++;
      },
    })),
  });
  const cpuTime = server.cpuTime() - startCpu;
  const seconds = (performance.now() - startTime) / 1000;

  if (requests.total === 0 || errors + timeouts + non2xx + mismatches > 0) {
    throw new Error(
      `${server.name}: expected right answers, got ${requests.total} answers, ${errors} errors, ${timeouts} timeouts, ${non2xx} non-2xx, ${mismatches} mismatches`,
    );
  }
  return { requests: requests.total, perSecond: requests.total / seconds, cpuTime, p99: latency.p99 };
}

/**
 * Sends each exchange once.
 *
 * @throws Error at the first wrong answer
 */
export async function expectAnswers({ name, url }: Server, exchanges: readonly Exchange[]): Promise<void> {
  for (const { body, answer, headers } of exchanges) {
    const sent = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
    const response = await fetch(`${url}/predict`, sent);
    const received = await response.text();
    if (received === answer) continue;
    throw new Error(`${name}: expected ${answer.slice(0, 200)}, got ${response.status} ${received.slice(0, 200)}`);
  }
}
