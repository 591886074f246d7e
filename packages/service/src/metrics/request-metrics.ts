import { Counter, Gauge, type Registry } from 'prom-client';
import type { ProblemCounts } from './problem-counts.js';

export interface RequestMetricsOptions {
  readonly problems: ProblemCounts;
  /** How many posted requests are in flight. */
  readonly inFlight: () => number;
  readonly maxInFlight: number;
}

/** Tells of all requests together. */
export function registerRequestMetrics(registry: Registry, options: RequestMetricsOptions): void {
  const { problems, inFlight, maxInFlight } = options;
  const registers = [registry];

  new Counter({
    name: 'http_problems_total',
    help: 'Requests refused or failed, by the code of their problem document; the code overloaded is of requests beyond the bound.',
    labelNames: ['code'],
    registers,
    collect() {
      this.reset();
      for (const [code, n] of problems) this.inc({ code }, n);
    },
  });

  new Gauge({
    name: 'http_requests_in_flight',
    help: 'Posted requests in flight, from their headers to the last byte of the answer.',
    registers,
    collect() {
      this.set(inFlight());
    },
  });

  new Gauge({
    name: 'http_requests_in_flight_limit',
    help: 'How many posted requests may be in flight: MAX_IN_FLIGHT.',
    registers,
  }).set(maxInFlight);
}
