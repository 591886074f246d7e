import { hash, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { reasonOf } from '../reason.js';
import { parseKeys } from './keys.js';
import type { Scope } from './scopes.js';

/** What a new key is for. */
export interface KeyRequest {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** A day or a time in UTC, as its file has it; never by default. */
  readonly expires: string | undefined;
}

/**
 * Makes a key and adds it to a file of keys, which need not be there yet.
 *
 * @returns the key, which is kept nowhere
 * @throws Error where the file is at fault or has the name already: it stays as it was
 */
export function addKey(path: string, request: KeyRequest): string {
  // by its prefix a key is recognised where it should not be
  const key = `housing_${randomBytes(32).toString('base64url')}`;
  const sha256 = hash('sha256', key);
  replaceFile(path, (text) => add(text, { ...request, sha256 }));
  return key;
}

function add(text: string, entry: object): string {
  parseKeys(text);
  const entries: unknown[] = JSON.parse(text);
  const added = JSON.stringify([...entries, entry], null, 2);
  parseKeys(added);
  return `${added}\n`;
}

/** Replaces a file at once, so that nobody reads a half, and by one process at a time, so that none undoes the work of another. */
function replaceFile(path: string, change: (text: string) => string): void {
  const next = `${path}.new`;
  const file = open(next);
  try {
    writeFileSync(file, change(existsSync(path) ? readFileSync(path, 'utf8') : '[]'));
    fsyncSync(file);
    renameSync(next, path);
  } catch (error) {
    rmSync(next, { force: true });
    throw new Error(`${path}: ${reasonOf(error)}`, { cause: error });
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    throw new Error(`${path}: expected a file that nobody else writes, got ${reasonOf(error)}`, { cause: error });
  }
}
