import type { FastifyInstance } from 'fastify';
import { type Environment, readDestination } from './destination.js';

/**
 * What traces an app, as OpenTelemetry's standard variables say; without them nothing, of which nothing is loaded.
 *
 * @throws Error where a variable asks for what is not here
 */
export async function tracing(env: Environment): Promise<((app: FastifyInstance) => void) | undefined> {
  const destination = readDestination(env);
  if (destination === undefined) return undefined;
  const { traceRequests } = await import('./open-telemetry.js').catch(explainAbsence);
  return (app) => traceRequests(app, destination);
}

// the packages are optional
function explainAbsence(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  throw new Error(`OTEL_*: expected the optional packages of @housing/service, got none: ${error.message}`);
}
