import type { Example } from './openapi.js';

/** An example as a command of curl. */
export function curl(method: string, path: string, type: string, value: Example['value']): string {
  const body = typeof value === 'string' ? value : JSON.stringify(value);
  return `curl "$URL${path}" -X ${method} -H 'content-type: ${type}' --data-binary ${quote(body)}`;
}

// in a shell nothing but a quote ends what stands in quotes
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
