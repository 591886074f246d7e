import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
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
   * @throws {@link Problem} `issuer_unavailable` where they cannot be; whatever else is thrown is of the token and its key
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
  let failure: { at: number; error: unknown } | undefined;
  let known: JWTVerifyGetKey | undefined;
  const jwks = createRemoteJWKSet(new URL(jwksUrl ?? `${url.replace(/\/$/, '')}/.well-known/openid-configuration`), {
    timeoutDuration: TIMEOUT,
    cooldownDuration: COOLDOWN,
    [customFetch]: async (address, options) => {
      if (failure !== undefined && Date.now() < failure.at + RETRY) throw failure.error;
      return jwksUrl === undefined ? fetchByConfiguration(url, address, options) : fetch(address, options);
    },
  });

  /** Fetches the keys; those who ask meanwhile wait for the same fetch. */
  async function load(): Promise<JWTVerifyGetKey> {
    await jwks.reload().catch((error: unknown) => {
      throw fail(error);
    });
    known = createLocalJWKSet(jwks.jwks() ?? { keys: [] });
    if (failure !== undefined) onRecovery();
    failure = undefined;
    return known;
  }

  function fail(error: unknown): Problem {
    // many requests may wait for one fetch, and more come until the next
    if (error !== failure?.error) {
      failure = { at: Date.now(), error };
      onFailure(error);
    }
    return new Problem('issuer_unavailable', 'expected the keys of the issuer, got none');
  }

  return {
    // not by `jwks` itself, of whose errors none tells whether a fetch or a key is at fault
    async find(header, token) {
      const find = known ?? (await load());
      try {
        return await find(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || jwks.coolingDown) throw error;
      }
      return (await load())(header, token);
    },
    refresh() {
      load().catch(() => {});
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
