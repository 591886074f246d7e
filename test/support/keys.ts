import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Access, openKeyFile } from '@housing/service';
import type { Test } from 'tap';

/** A key and its line in the file of keys. */
export interface TestKey {
  readonly key: string;
  readonly entry: { name: string; sha256: string; scopes: string[]; expires?: string };
}

/** Makes a key as the documentation has it. */
export function makeKey(name: string, scopes: string[], expires?: string): TestKey {
  const key = `housing_${randomBytes(32).toString('base64url')}`;
  const sha256 = createHash('sha256').update(key).digest('hex');
  return { key, entry: { name, sha256, scopes, ...(expires === undefined ? {} : { expires }) } };
}

/** The text of a file of keys. */
export function textOf(keys: readonly TestKey[]): string {
  return JSON.stringify(keys.map(({ entry }) => entry));
}

/** Writes a file of keys, and opens it as the server does with `AUTH=keys`. */
export function openKeys(t: Test, keys: readonly TestKey[]): Access & { file: string } {
  const file = join(t.testdir({ 'keys.json': textOf(keys) }), 'keys.json');
  return { file, ...openKeyFile(file) };
}
