import type { FastifyInstance } from 'fastify';
import { documented } from '../docs/route-docs.js';
import type { Models } from '../models/models.js';
import { createDurationHistogram } from './durations.js';
import type { createRegistry } from './registry.js';
import type { RequestMetricsOptions } from './request-metrics.js';
import { countRequests } from './requests.js';
import { createForgetting } from './retired-versions.js';
import { createUsage } from './usage.js';

export interface MetricsOptions extends RequestMetricsOptions {
  readonly models: Models;
}

/**
 * `GET /metrics`: what Prometheus asks for, of all routes that are added from here on, of the models and of the process. All counts are
 * plain numbers, and become metrics when they are asked for.
 */
export function exposeMetrics(app: FastifyInstance, options: MetricsOptions): void {
  const durations = createDurationHistogram();
  const usage = createUsage();
  const forget = createForgetting(options.models);
  countRequests(app, durations, usage);

  app.register(async (app) => {
    let registry: Promise<ReturnType<typeof createRegistry>> | undefined;
    const docs = documented('Health', 'metrics for Prometheus', { answers: { 'text/plain': { type: 'string' } } });
    app.get('/metrics', { logLevel: 'warn', config: { scope: 'metrics', ...docs } }, async (_request, reply) => {
      // prom-client, and with it the API of OpenTelemetry, is loaded for those alone who ask
      registry ??= import('./registry.js').then(({ createRegistry }) => createRegistry({ ...options, usage }));
      const all = await registry;
      forget([durations, usage], Date.now());
      return reply.type(all.contentType).send(`${durations.write(...requestDuration)}\n${await all.metrics()}`);
    });
  });
}

const requestDuration = [
  'http_request_duration_seconds',
  'Requests that have been answered, by the time from their headers to the last byte of the answer.',
] as const;
