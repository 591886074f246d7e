import type { Issuer } from './issuer-keys.js';

/** How tokens are set. */
export interface TokenSettings {
  /** The URL of who issues tokens, as they name it. */
  readonly jwtIssuer?: string | undefined;
  /** Whom tokens are for, as they name this service. */
  readonly jwtAudience?: string | undefined;
  /** How tokens may be signed, with commas; RS256 by default. */
  readonly jwtAlgorithms?: string | undefined;
  /** Where the issuer's keys are; by default where its configuration says. */
  readonly jwtJwksUrl?: string | undefined;
}

/** Which tokens are taken. */
export interface TokenRules extends Issuer {
  readonly audience: string;
  readonly algorithms: readonly string[];
}

/** How a token may be signed, all by a private key: who takes a secret, or nothing, takes what anybody signs. */
export const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** @throws Error at the first setting that is missing or wrong */
export function readTokenRules({
  jwtIssuer,
  jwtAudience,
  jwtAlgorithms = 'RS256',
  jwtJwksUrl,
}: TokenSettings): TokenRules {
  return {
    url: expectUrl('JWT_ISSUER', expectSet('JWT_ISSUER', 'a URL', jwtIssuer)),
    audience: expectSet('JWT_AUDIENCE', 'what tokens name this service', jwtAudience),
    algorithms: jwtAlgorithms.split(',').map(expectAlgorithm),
    jwksUrl: jwtJwksUrl === undefined ? undefined : expectUrl('JWT_JWKS_URL', jwtJwksUrl),
  };
}

function expectSet(name: string, expected: string, value: string | undefined): string {
  if (value !== undefined) return value;
  throw new Error(`${name}: expected ${expected}, got none`);
}

function expectUrl(name: string, text: string): string {
  if (/^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : '')) return text;
  throw new Error(`${name}: expected a URL, got ${JSON.stringify(text)}`);
}

function expectAlgorithm(name: string): string {
  if (algorithms.includes(name)) return name;
  throw new Error(`JWT_ALGORITHMS: expected some of ${algorithms.join(', ')}, got ${JSON.stringify(name)}`);
}
