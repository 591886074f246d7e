import { isObject, show } from '../rows/rows.js';
import type { Client } from './client.js';
import { type Scope, scopes } from './scopes.js';

/** A key as its file has it: not the key itself, which nobody but its owner has. */
export interface Key {
  readonly client: Client;
  /** Of the key, in hexadecimal digits. */
  readonly sha256: string;
  /** From when on it is refused, in milliseconds since 1970; Infinity for never. */
  readonly expires: number;
}

/**
 * Reads keys from the text of their file.
 *
 * @throws Error at the first fault; no message has what stands where a key or its digest is expected
 */
export function parseKeys(text: string): Key[] {
  const entries = parseJson(text);
  if (!Array.isArray(entries)) throw new Error(`expected an array of keys, got ${show(entries)}`);
  const keys = entries.map((entry, k) => parseKey(entry, `[${k}]`));
  keys.forEach((key, k) => {
    const before = keys.slice(0, k);
    if (before.some(({ client }) => client.name === key.client.name))
      throw unexpected(`[${k}].name`, 'a name of its own', `${key.client.name} twice`);
    if (before.some(({ sha256 }) => sha256 === key.sha256))
      throw unexpected(`[${k}].sha256`, 'a digest of its own', 'one twice');
  });
  return keys;
}

// the message of JSON.parse would quote the file
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`expected JSON, got ${text.trim() === '' ? 'nothing' : 'something else'}`);
  }
}

function parseKey(entry: unknown, at: string): Key {
  if (!isObject(entry)) throw unexpected(at, 'an object', show(entry));
  const { name, sha256, scopes, expires, ...rest } = entry;
  // a misspelt expiry would be none
  for (const key of Object.keys(rest)) throw unexpected(at, 'name, sha256, scopes and maybe expires', show(key));
  return {
    client: { name: parseName(name, `${at}.name`), scopes: new Set(parseScopes(scopes, `${at}.scopes`)) },
    sha256: parseDigest(sha256, `${at}.sha256`),
    expires: expires === undefined ? Number.POSITIVE_INFINITY : parseTime(expires, `${at}.expires`),
  };
}

/** Checks the name of a key: it is logged with each request. */
export function parseName(name: unknown, at: string): string {
  if (typeof name === 'string' && /^[\w.@-]{1,64}$/.test(name)) return name;
  throw unexpected(at, '1 to 64 letters, digits, ".", "_", "@" and "-"', show(name));
}

/** Checks what a key is for. */
export function parseScopes(names: unknown, at: string): Scope[] {
  if (!Array.isArray(names) || names.length === 0) throw unexpected(at, 'an array of scopes', show(names));
  return names.map((name: unknown, k) => {
    const scope = scopes.find((scope) => scope === name);
    if (scope === undefined) throw unexpected(`${at}[${k}]`, `one of ${scopes.join(', ')}`, show(name));
    return scope;
  });
}

function parseDigest(digest: unknown, at: string): string {
  if (typeof digest === 'string' && /^[\da-f]{64}$/i.test(digest)) return digest.toLowerCase();
  throw unexpected(at, '64 hexadecimal digits', typeof digest === 'string' ? 'another text' : show(digest));
}

/** Reads a day or a time, in UTC, to milliseconds since 1970. */
export function parseTime(text: unknown, at: string): number {
  const isTime = typeof text === 'string' && /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,3})?Z)?$/.test(text);
  const time = isTime ? Date.parse(text) : Number.NaN;
  // 30 February would be a day of March
  if (isTime && time >= 0 && new Date(time).toISOString().startsWith(text.slice(0, 10))) return time;
  throw unexpected(at, 'a day as 2027-01-31 or a time as 2027-01-31T12:00:00Z', show(text));
}

function unexpected(at: string, expected: string, got: string): Error {
  return new Error(`${at}: expected ${expected}, got ${got}`);
}
