import type { FastifyBaseLogger } from 'fastify';
import type { Authenticate } from './client.js';
import { openKeyFile } from './key-file.js';
import { readTokenRules } from './token-rules.js';

/** A way to tell who sends a request. */
export interface Access {
  /** Undefined where everybody is let in. */
  readonly authenticate: Authenticate | undefined;
  /** Follows what changes while the service runs, and tells the log; returns what ends that. */
  follow(log: FastifyBaseLogger): () => void;
}

/** Who is let in: everybody, but to no act of an administrator; the owners of keys; or the bearers of tokens. */
export interface AccessSettings {
  readonly auth: 'none' | 'keys' | 'jwt';
  readonly authKeysFile?: string | undefined;
  /** The URL of who issues tokens, as they name it. */
  readonly jwtIssuer?: string | undefined;
  /** Whom tokens are for, as they name this service. */
  readonly jwtAudience?: string | undefined;
  /** How tokens may be signed, with commas; RS256 by default. */
  readonly jwtAlgorithms?: string | undefined;
  /** Where the issuer's keys are; by default where its configuration says. */
  readonly jwtJwksUrl?: string | undefined;
}

/**
 * Opens what the settings say.
 *
 * @throws Error at the first setting that is missing or wrong, or whose file is at fault
 */
export async function openAccess(settings: AccessSettings): Promise<Access> {
  switch (settings.auth) {
    case 'none':
      return { authenticate: undefined, follow: warnOfNone };
    case 'keys':
      if (settings.authKeysFile === undefined) throw new Error('AUTH_KEYS_FILE: expected a file of keys, got none');
      return openKeyFile(settings.authKeysFile);
    case 'jwt':
      // loaded by who needs it: it takes a tenth of a start
      return (await import('./tokens.js')).openTokens(readTokenRules(settings));
  }
}

function warnOfNone(log: FastifyBaseLogger): () => void {
  log.warn('AUTH=none: whoever reaches this service may predict and read, and nobody is an administrator');
  return () => {};
}
