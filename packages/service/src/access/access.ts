import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problem.js';
import type { Authenticate, Client } from './client.js';
import { type RouteScope, requireScopes, type Scope } from './scopes.js';

/**
 * Lets a client have those routes alone whose scope it has, and refuses it before the body is read. What it may do is looked at after
 * all hooks that a request begins with, so that those who are refused count towards their limits.
 *
 * @param authenticate without it everybody has all routes but an administrator's, which nobody has
 */
export function controlAccess(app: FastifyInstance, authenticate: Authenticate | undefined): void {
  requireScopes(app);
  app.decorateRequest('client', null);
  if (authenticate === undefined) {
    app.addHook('preParsing', (request, _reply, _payload, done) => {
      if (scopeOf(request) === 'admin')
        throw new Problem('admin_required', 'expected an administrator, got another client');
      done();
    });
    return;
  }
  app.addHook('onRequest', (request, reply, done) => {
    if (scopeOf(request) === 'open') return done();
    // what is posted is stored by nobody; of X-API-Key no cache knows that it is a credential
    if (request.method !== 'POST') reply.header('cache-control', 'private');
    const client = authenticate(request);
    // no promise where none is needed
    if (!(client instanceof Promise)) return admit(client);
    client.then(admit, done);

    function admit(client: Client): void {
      request.client = client;
      done();
    }
  });
  app.addHook('preParsing', (request, _reply, _payload, done) => {
    const scope = scopeOf(request);
    if (scope !== 'open') expectScope(request.client, scope);
    done();
  });
}

// what is not known to be for others is for administrators
function scopeOf({ routeOptions }: FastifyRequest): RouteScope {
  return routeOptions.config.scope ?? 'admin';
}

function expectScope(client: Client | null, scope: Scope): void {
  if (client?.scopes.has(scope)) return;
  const got = [...(client?.scopes ?? [])].join(', ') || 'none';
  throw new Problem('insufficient_scope', `expected the scope ${scope}, got ${got}`);
}
