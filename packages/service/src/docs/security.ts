import type { Scope } from '../access/scopes.js';

/** How a client says who it is. */
export const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'a key, or a token, in Authorization' },
  key: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'the same key; no token' },
};

/** What a route needs of a client: by either scheme, its scope. */
export function securityOf(scope: Scope): Readonly<Record<string, readonly Scope[]>>[] {
  return [{ bearer: [scope] }, { key: [scope] }];
}
