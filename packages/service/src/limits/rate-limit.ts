import { isIP } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../problem.js';

/**
 * Bounds how many requests a client may send in a minute, by its name where it authenticates, otherwise by its address; more are refused
 * with `rate_limited`. As many attempts to authenticate may fail from an address. What is open to everybody is not limited, nor are the
 * requests of probes that ask for what is not there. Of the last 5,000 clients it is known how many they sent.
 *
 * @param perMinute 0 for no limit
 */
export function limitRate(app: FastifyInstance, perMinute: number): void {
  if (perMinute === 0) return;
  // loaded only here: it would make every start longer
  app.register(import('@fastify/rate-limit'), {
    max: perMinute,
    timeWindow: 60_000,
    enableDraftSpec: true,
    allowList: isOpen,
    keyGenerator: (request) => (request.client === null ? addressOf(request) : `client ${request.client.name}`),
    errorResponseBuilder: () => limited(perMinute, 'requests'),
  });
  limitFailures(app, perMinute);
}

/** Counts who fails to authenticate, and refuses who fails too often before the credentials are looked at. */
function limitFailures(app: FastifyInstance, perMinute: number): void {
  let failuresOf: ReturnType<FastifyInstance['createRateLimit']> | undefined;
  app.after(() => {
    failuresOf = app.createRateLimit({ max: perMinute, keyGenerator: addressOf });
  });
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const failures = await failuresOf?.(request, { increment: false });
    if (failures === undefined || failures.isAllowed || failures.remaining > 0) return;
    reply.header('retry-after', failures.ttlInSeconds);
    throw limited(perMinute, 'failures to authenticate');
  });
  app.addHook('onError', async (request, _reply, error: Error) => {
    if (error instanceof Problem && isFailure(error)) await failuresOf?.(request);
  });
}

function isFailure({ status, code }: Problem): boolean {
  return status === 401 || code === 'conflicting_credentials';
}

function limited(perMinute: number, what: string): Problem {
  return new Problem('rate_limited', `expected at most ${perMinute} ${what} a minute, got more`);
}

function isOpen({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.config.scope === 'open';
}

/** The address of the client, of IPv6 the first 64 bits, of which one host has all; where a proxy forwards none, the proxy's. */
async function addressOf({ ip, socket }: FastifyRequest): Promise<string> {
  const { normalizeIP } = await import('@fastify/rate-limit');
  return normalizeIP(isIP(ip) ? ip : (socket.remoteAddress ?? ''));
}
