import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

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
  const options = {
    origin: [...origins],
    exposedHeaders: exposed,
    // a preflight that is none gets the same: Fastify's plugin would refuse it without a problem document
    strictPreflight: false,
    maxAge: 600,
  };
  // called, not registered, which would put it behind the hooks that refuse: a script could not read why
  cors(app, options, (error) => {
    if (error) throw error;
  });
}
