import type { Problem } from './problem.js';

/**
 * What the clients of a dialect look for in a problem, beside the document itself.
 *
 * @param url the address asked for; where there is none, what the clients of any look for
 */
export function fieldsOfDialect(problem: Problem, url?: string): Readonly<Record<string, string>> {
  const { message } = problem;
  return {
    ...(url === undefined || /^\/v[12](?![^/?])/.test(url) ? { error: message } : {}),
    ...(url === undefined || /^\/(invocations|ping|version)(?![^?])/.test(url)
      ? { error_code: mlflowCode(problem), message }
      : {}),
  };
}

// the names of MLflow's own table
function mlflowCode({ status }: Problem): string {
  if (status === 401) return 'UNAUTHENTICATED';
  if (status === 403) return 'PERMISSION_DENIED';
  if (status === 404) return 'ENDPOINT_NOT_FOUND';
  if (status === 429) return 'REQUEST_LIMIT_EXCEEDED';
  if (status === 503) return 'TEMPORARILY_UNAVAILABLE';
  return status >= 500 ? 'INTERNAL_ERROR' : 'BAD_REQUEST';
}
