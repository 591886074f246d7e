import type { Scope } from '../access/scopes.js';
import type { DocumentedRoute, Needs } from './route-docs.js';

/** How a client says who it is. */
const schemes = {
  keys: {
    bearer: { type: 'http', scheme: 'bearer', description: 'a key, in Authorization' },
    key: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'the same key' },
  },
  jwt: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'a token of the issuer' } },
};

/** The schemes that any route asks for. */
export function securitySchemesOf(routes: readonly DocumentedRoute[]): Record<string, object> {
  return Object.assign({}, ...routes.map(({ needs }) => (needs === undefined ? {} : schemes[needs.auth])));
}

/** What a route needs of a client: its scope, by any of the schemes. */
export function securityOf({ scope, auth }: Needs): Readonly<Record<string, readonly Scope[]>>[] {
  return Object.keys(schemes[auth]).map((scheme) => ({ [scheme]: [scope] }));
}
