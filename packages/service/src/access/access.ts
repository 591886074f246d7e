import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problem.js';
import type { Authenticate, Client } from './client.js';
import { type RouteScope, requireScopes, type Scope } from './scopes.js';

/**
 * Lets a client have those routes alone whose scope it has, and refuses it before the body is read.
 *
 * @param authenticate without it everybody has all routes but an administrator's, which nobody has
 */
export function controlAccess(app: FastifyInstance, authenticate: Authenticate | undefined): void {
  requireScopes(app);
  app.decorateRequest('client', null);
  if (authenticate === undefined) {
    app.addHook('onRequest', (request, _reply, done) => {
      if (scopeOf(request) === 'admin')
        throw new Problem('admin_required', 'expected an administrator, got another client');
      done();
    });
    return;
  }
  app.addHook('onRequest', (request, reply, done) => {
    const scope = scopeOf(request);
    if (scope === 'open') return done();
    // what is posted is stored by nobody; of X-API-Key no cache knows that it is a credential
    if (request.method !== 'POST') reply.header('cache-control', 'private');
    const client = authenticate(request);
    // no promise where none is needed
    if (client instanceof Promise) {
      client.then((client) => admit(request, client, scope)).then(() => done(), done);
      return;
    }
    admit(request, client, scope);
    done();
  });
}

// what is not known to be for others is for administrators
function scopeOf({ routeOptions }: FastifyRequest): RouteScope {
  return routeOptions.config.scope ?? 'admin';
}

function admit(request: FastifyRequest, client: Client, scope: Scope): void {
  // also one that is refused, for the log
  request.client = client;
  if (client.scopes.has(scope)) return;
  const got = [...client.scopes].join(', ') || 'none';
  throw new Problem('insufficient_scope', `expected the scope ${scope}, got ${got}`);
}
