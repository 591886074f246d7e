import { METHODS } from 'node:http';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../problem.js';

// all that Node parses; CONNECT never becomes a request
const methods = METHODS.filter((method) => method !== 'CONNECT');

/** The methods of every path, filled as routes are added. */
export type Allowed = ReadonlyMap<string, ReadonlySet<string>>;

/** Collects the methods of all routes that are added from here on. */
export function collectMethods(app: FastifyInstance): Allowed {
  const allowed = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = allowed.get(url) ?? new Set();
    for (const one of [method].flat()) known.add(one);
    allowed.set(url, known);
  });
  return allowed;
}

/** Answers 405 with `Allow`, where Fastify would answer 404, for another method on a known path; registered last. */
export const refuseOtherMethods: FastifyPluginAsync<{ allowed: Allowed }> = async (app, { allowed }) => {
  for (const method of methods) if (!app.supportedMethods.includes(method)) app.addHttpMethod(method);
  for (const [url, known] of [...allowed]) {
    const allow = [...known].sort().join(', ');
    const refuse = async (request: FastifyRequest, reply: FastifyReply) => {
      reply.header('allow', allow);
      throw new Problem('method_not_allowed', `expected ${allow}, got ${request.method}`);
    };
    // before the body is read: a wrong method is a wrong method whatever it carries
    app.route({
      method: methods.filter((method) => !known.has(method)),
      url,
      config: { scope: 'open' },
      onRequest: refuse,
      handler: refuse,
    });
  }
};
