import type { Problem } from './problem.js';

/**
 * What the clients of a dialect look for in a problem, beside the document itself.
 *
 * @param url the address asked for; where there is none, what the clients of any look for
 */
export function fieldsOfDialect({ message }: Problem, url?: string): Readonly<Record<string, string>> {
  return url === undefined || /^\/v2(?![^/?])/.test(url) ? { error: message } : {};
}
