import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWKSCacheInput,
  type JWTVerifyGetKey,
  jwksCache,
} from 'jose';
import { Problem } from '../problem.js';
import { isObject, show } from '../rows/rows.js';

/** Milliseconds that the issuer has for an answer. */
const TIMEOUT = 5000;

/** Milliseconds from one fetch for the sake of a key that is not known to the next. */
const COOLDOWN = 10_000;

/** Milliseconds from a fetch that failed to the next, as `Retry-After` says. */
const RETRY = 1000;

/** Whose tokens are taken. */
export interface Issuer {
  /** As its tokens name it. */
  readonly url: string;
  /** Where its keys are; by default where its configuration says. */
  readonly jwksUrl: string | undefined;
}

/** The keys of an issuer, by which its tokens are verified: fetched when first needed, then kept until others are fetched. */
export interface IssuerKeys {
  /**
   * The key that a token names. Where it is not known the keys are fetched again.
   *
   * @throws {@link Problem} `issuer_unavailable` where they cannot be
   */
  readonly find: JWTVerifyGetKey;
  /** Fetches the keys again, so that one that was withdrawn is forgotten. Where it fails those that are there stay. */
  refresh(): void;
}

/** Who is told how fetches end. */
export interface FetchListener {
  /** Told why, once a fetch that failed. */
  onFailure(error: unknown): void;
  /** Told once when keys have been fetched after that. */
  onRecovery(): void;
}

/** Opens the keys of an issuer. */
export function openIssuer({ url, jwksUrl }: Issuer, { onFailure, onRecovery }: FetchListener): IssuerKeys {
  // by which it shows whether any have been fetched: that one was found does not tell
  const cache: JWKSCacheInput = {};
  const none = { at: Number.NEGATIVE_INFINITY, error: undefined, jwks: undefined };
  let failure: { at: number; error: unknown; jwks: unknown } = none;
  const jwks = createRemoteJWKSet(new URL(jwksUrl ?? `${url.replace(/\/$/, '')}/.well-known/openid-configuration`), {
    timeoutDuration: TIMEOUT,
    cooldownDuration: COOLDOWN,
    cacheMaxAge: Number.POSITIVE_INFINITY,
    [jwksCache]: cache,
    [customFetch]: async (address, options) => {
      if (Date.now() < failure.at + RETRY) throw failure.error;
      return jwksUrl === undefined ? fetchByConfiguration(url, address, options) : fetch(address, options);
    },
  });

  function fail(error: unknown): Problem {
    // many requests may wait for one fetch, and more come until the next
    if (error !== failure.error) {
      failure = { at: Date.now(), error, jwks: cache.jwks };
      onFailure(error);
    }
    return new Problem('issuer_unavailable', 'expected the keys of the issuer, got none');
  }

  function recover(): void {
    if (failure === none || cache.jwks === failure.jwks) return;
    failure = none;
    onRecovery();
  }

  return {
    find: async (header, token) => {
      try {
        return await jwks(header, token);
      } catch (error) {
        throw isOfToken(error) ? error : fail(error);
      } finally {
        recover();
      }
    },
    refresh() {
      jwks.reload().then(recover, fail);
    },
  };
}

/** Fetches the keys from where the configuration of an issuer says that they are. */
async function fetchByConfiguration(
  url: string,
  ...[address, options]: Parameters<FetchImplementation>
): Promise<Response> {
  const response = await fetch(address, options);
  if (response.status !== 200) throw new Error(`${address}: expected 200, got ${response.status}`);
  const configuration: unknown = await response.json();
  const { issuer, jwks_uri } = isObject(configuration) ? configuration : {};
  if (issuer !== url) throw new Error(`${address}: expected the issuer ${url}, got ${show(issuer)}`);
  if (typeof jwks_uri !== 'string') throw new Error(`${address}: expected a jwks_uri, got ${show(jwks_uri)}`);
  return fetch(jwks_uri, options);
}

/** Whether it is the token that is at fault, and not how its issuer answers. */
function isOfToken(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
}
