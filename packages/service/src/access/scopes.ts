import type { FastifyInstance, RouteOptions } from 'fastify';

/** What a client may do: predict, read what is served, read metrics, load and unload models. */
export const scopes = ['predict', 'metadata', 'metrics', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** What the client of a route must be allowed to do; `open` is for everybody. */
export type RouteScope = Scope | 'open';

declare module 'fastify' {
  interface FastifyContextConfig {
    scope?: RouteScope;
  }
}

/** Lets no app start that has a route without a scope: one that was forgotten would be open, or closed, by mistake. */
export function requireScopes(app: FastifyInstance): void {
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (route) => {
    routes.push(route);
  });
  // not sooner: a plugin that others wrote has its scopes from the hooks of the plugin around it
  app.addHook('onReady', async () => {
    const route = routes.find(({ config }) => config?.scope === undefined);
    if (route !== undefined) throw new Error(`${route.method} ${route.url}: expected a scope in its config, got none`);
  });
}
