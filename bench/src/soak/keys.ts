import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';

/** Who asks: one who may predict, one who may do everything, and one whom nobody knows. */
export interface Keys {
  readonly client: string;
  readonly administrator: string;
  readonly stranger: string;
}

/** Makes keys, and the file of those that are known. */
export function makeKeys(path: string): Keys {
  const keys = { client: makeKey(), administrator: makeKey(), stranger: makeKey() };
  const known = [
    { name: 'client', sha256: digest(keys.client), scopes: ['predict', 'metadata', 'metrics'] },
    { name: 'administrator', sha256: digest(keys.administrator), scopes: ['predict', 'metadata', 'admin'] },
  ];
  writeFileSync(path, JSON.stringify(known));
  return keys;
}

function makeKey(): string {
  return randomBytes(32).toString('base64url');
}

function digest(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
