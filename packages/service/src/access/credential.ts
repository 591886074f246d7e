import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../problem.js';

/**
 * The token of `Authorization: Bearer`, if there is one.
 *
 * @throws {@link Problem} `invalid_credentials` for another scheme
 */
export function bearerToken({ authorization }: IncomingHttpHeaders): string | undefined {
  if (authorization === undefined) return undefined;
  const [, token] = authorization.match(/^Bearer +([\w.~+/-]+=*) *$/i) ?? [];
  if (token !== undefined) return token;
  // what it is instead may be a secret too
  throw new Problem('invalid_credentials', 'authorization: expected Bearer and a token, got something else');
}

/**
 * The key of `Authorization: Bearer` or `X-API-Key`.
 *
 * @throws {@link Problem} `credentials_required` for neither, `conflicting_credentials` where they differ
 */
export function apiKey(headers: IncomingHttpHeaders): string {
  const token = bearerToken(headers);
  const key = headers['x-api-key'] ?? token;
  if (typeof key !== 'string')
    throw new Problem('credentials_required', 'expected a key in Authorization: Bearer or in X-API-Key, got none');
  if (token === undefined || token === key) return key;
  throw new Problem('conflicting_credentials', 'x-api-key: expected the key of Authorization, got another');
}
