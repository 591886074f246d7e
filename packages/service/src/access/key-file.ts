import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyBaseLogger } from 'fastify';
import { Problem } from '../problem.js';
import { reasonOf } from '../reason.js';
import { watchFiles } from '../watch.js';
import type { Access, Client } from './client.js';
import { apiKey } from './credential.js';
import { type Key, parseKeys } from './keys.js';

/**
 * Lets in whoever has a key of a file, which is read again when it changes.
 *
 * @throws Error with the file and the reason where it holds no keys
 */
export function openKeyFile(path: string): Access {
  let { text, keys } = read(path);
  let fault = '';

  function reload(log: FastifyBaseLogger, isRetry: boolean): void {
    if (isRetry && fault === '') return;
    try {
      const now = read(path);
      if (now.text !== text || fault !== '') log.info({ keys: now.keys.size }, 'keys read');
      ({ text, keys } = now);
      fault = '';
    } catch (error) {
      const reason = reasonOf(error);
      // it is tried again each second: a file that could not be read for a moment may take a key away
      if (reason !== fault) log.error({ reason }, 'keys not read, those before stay');
      fault = reason;
    }
  }

  return {
    authenticate: ({ headers }) => find(keys, apiKey(headers)),
    follow: (log) =>
      watchFiles(
        () => [path],
        (isRetry) => reload(log, isRetry),
      ),
  };
}

type Keys = ReadonlyMap<string, Key>;

function read(path: string): { text: string; keys: Keys } {
  const text = readText(path);
  try {
    return { text, keys: new Map(parseKeys(text).map((key) => [key.sha256, key])) };
  } catch (error) {
    throw new Error(`${path}: ${reasonOf(error)}`, { cause: error });
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`AUTH_KEYS_FILE: expected a file of keys, got ${reasonOf(error)}`, { cause: error });
  }
}

// how long a look-up takes may tell of the digest of what was sent, which its sender knows, and of digests that are
// kept: of 256 random bits a digest tells nothing
function find(keys: Keys, sent: string): Client {
  const key = keys.get(hash('sha256', sent));
  if (key === undefined) throw new Problem('invalid_credentials', 'expected a key of this service, got another');
  if (Date.now() < key.expires) return key.client;
  const { client, expires } = key;
  const until = new Date(expires).toISOString();
  throw new Problem(
    'invalid_credentials',
    `expected a key that has not expired, got that of ${client.name}, valid until ${until}`,
  );
}
