import type { FastifyBaseLogger } from 'fastify';
import type { Access } from './client.js';
import { openKeyFile } from './key-file.js';
import { readTokenRules, type TokenSettings } from './token-rules.js';

/** Who is let in: everybody, but to no act of an administrator; the owners of keys; or the bearers of tokens. */
export interface AccessSettings extends TokenSettings {
  readonly auth: 'none' | 'keys' | 'jwt';
  readonly authKeysFile?: string | undefined;
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
