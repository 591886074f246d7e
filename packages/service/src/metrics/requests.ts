import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServedModel } from '../models/served-model.js';
import type { DurationHistogram } from './durations.js';
import type { Usage } from './usage.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The model that has predicted, and its rows, row-major [n, features]. */
    predicted: { served: ServedModel; rows: Float64Array } | null;
  }
}

/** The methods that are told by name. Node knows thirty more, and each would be a series of every route. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Counts each request when it has been answered: those of all routes that are added from here on, and those of no route. */
export function countRequests(app: FastifyInstance, durations: DurationHistogram, usage: Usage): void {
  app.decorateRequest('predicted', null);

  app.addHook('onRoute', (route) => {
    const count = counterOf(patternOf(route.url));
    route.onResponse = [route.onResponse ?? [], count].flat();
  });

  const countUnknown = counterOf('unknown');
  app.addHook('onResponse', (request, reply, done) => {
    if (request.is404) countUnknown(request, reply, done);
    else done();
  });

  // one for each route, which then needs no look at what the route is
  function counterOf(route: string): (request: FastifyRequest, reply: FastifyReply, done: () => void) => void {
    const observe = durations.route(route);
    return ({ method, asked, predicted }, { statusCode: status, elapsedTime }, done) => {
      const { model, version } = asked ?? { model: '', version: '' as const };
      observe({ method: METHODS.has(method) ? method : '_OTHER', status, model, version }, elapsedTime / 1000);
      if (predicted !== null && status === 200) usage.count(predicted.served, predicted.rows);
      done();
    };
  }
}

/** A route as people write it: `/v1/models/:name:predict` for `/v1/models/:name([^:]+)::predict`. */
function patternOf(url: string): string {
  return url.replace(/\([^)]*\)/g, '').replaceAll('::', ':');
}
