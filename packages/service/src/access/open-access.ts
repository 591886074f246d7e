import type { FastifyBaseLogger } from 'fastify';
import type { Authenticate } from './client.js';
import { openKeyFile } from './key-file.js';

/** A way to tell who sends a request. */
export interface Access {
  /** Undefined where everybody is let in. */
  readonly authenticate: Authenticate | undefined;
  /** Follows what changes while the service runs, and tells the log; returns what ends that. */
  follow(log: FastifyBaseLogger): () => void;
}

/** Who may do what: everybody all but administrate, the owners of keys, or the bearers of an issuer's tokens. */
export interface AccessSettings {
  readonly auth: 'none' | 'keys';
  readonly authKeysFile: string | undefined;
}

/**
 * Opens what the settings say.
 *
 * @throws Error at the first setting that is missing, or whose file is at fault
 */
export function openAccess({ auth, authKeysFile }: AccessSettings): Access {
  switch (auth) {
    case 'keys':
      if (authKeysFile === undefined) throw new Error('AUTH_KEYS_FILE: expected a file of keys, got none');
      return openKeyFile(authKeysFile);
    case 'none':
      return {
        authenticate: undefined,
        follow(log) {
          log.warn('AUTH=none: whoever reaches this service may predict and read, and nobody is an administrator');
          return () => {};
        },
      };
  }
}
