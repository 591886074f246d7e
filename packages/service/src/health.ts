import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { documented } from './docs/route-docs.js';
import { closing } from './http/closing.js';
import { Problem } from './problem.js';
import { Health } from './schemas.js';

export interface HealthOptions {
  readonly isReady: () => boolean;
  readonly stopping: AbortSignal;
}

/**
 * `GET /health` and `GET /health/live`: 200 whenever the process answers. `GET /health/ready`: 200 where it should also be sent
 * requests.
 */
export const health: FastifyPluginAsyncTypebox<HealthOptions> = async (app, options) => {
  const schema = { response: { 200: Health } };
  const live = { scope: 'open', ...documented('Health', 'whether the process answers') } as const;
  const ready = {
    scope: 'open',
    ...documented('Health', 'whether requests may come', { problems: ['not_ready'] }),
  } as const;
  const ok = { status: 'ok' } as const;
  app.get('/health', { config: live, schema }, async () => ok);
  // asked every few seconds by a machine that keeps its own record
  app.get('/health/live', { config: live, schema, logLevel: 'warn' }, async () => ok);
  app.get('/health/ready', { config: ready, schema, logLevel: 'warn' }, async () => {
    expectReady(options);
    return ok;
  });
};

/**
 * Expects that the service should be sent requests.
 *
 * @throws {@link Problem} `closing` or `not_ready` where they should go elsewhere
 */
export function expectReady({ isReady, stopping }: HealthOptions): void {
  if (stopping.aborted) throw closing();
  if (!isReady()) throw new Problem('not_ready', 'expected every model to be ready, got one that is not');
}

/** Whether the service should be sent requests. */
export function isReadyNow({ isReady, stopping }: HealthOptions): boolean {
  return isReady() && !stopping.aborted;
}
