import cors from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { unknownRoute } from '../problem.js';

/** What a script of another origin may read of an answer beside the body. */
const exposed = [
  'x-request-id',
  'x-model-name',
  'x-model-version',
  'x-model-sha256',
  'etag',
  'inference-header-content-length',
  'retry-after',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'www-authenticate',
];

/** Lets scripts of other origins ask and read, `*` those of any; without any origin nothing is said, and nothing costs. */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const options = { origin: [...origins], exposedHeaders: exposed, maxAge: 600 };
  // called, not registered, which would put it behind the hooks that refuse: a script could not read why
  cors(
    app,
    // OPTIONS that is no preflight is a method like others
    { delegator: (request, callback) => callback(null, { ...options, preflight: isPreflight(request) }) },
    (error) => {
      if (error) throw error;
    },
  );
  app.addHook('onRequest', (request, _reply, done) => {
    // the plugin's own route is for preflights, which it has answered by now
    if (request.routeOptions.url === '*') throw unknownRoute(request);
    done();
  });
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  // by their values: one without would be refused by the plugin, in words of its own
  return method === 'OPTIONS' && Boolean(headers.origin && headers['access-control-request-method']);
}
