import type { ProblemCode } from '../problems.js';
import type { BodyKind, DocumentedRoute, Needs } from './route-docs.js';

/** What may happen to any request. */
const anywhere: readonly ProblemCode[] = [
  'malformed_request',
  'request_timeout',
  'expectation_failed',
  'headers_too_large',
  'internal_error',
  'closing',
];

/** What may happen where not everybody is let in. */
const strangers: readonly ProblemCode[] = ['credentials_required', 'invalid_credentials', 'insufficient_scope'];

const ofAuth: Readonly<Record<Needs['auth'], ProblemCode>> = {
  keys: 'conflicting_credentials',
  jwt: 'issuer_unavailable',
};

const rows: readonly ProblemCode[] = [
  'wrong_type',
  'wrong_length',
  'missing_feature',
  'unknown_feature',
  'out_of_range',
  'too_many_rows',
  'model_unavailable',
];

/** What may be wrong with a body that has been parsed. */
const bodies: Readonly<Record<BodyKind, readonly ProblemCode[]>> = {
  table: [...rows, 'wrong_labels', 'unknown_key', 'empty_body'],
  instances: [...rows, 'unknown_key', 'empty_body'],
  invocation: [...rows, 'wrong_labels', 'unknown_key', 'empty_body', 'malformed_csv'],
  inference: [...rows, 'unknown_key', 'unknown_output', 'empty_body'],
  index: ['wrong_type', 'empty_body'],
  load: ['unknown_key', 'empty_body'],
  ignored: ['empty_body'],
};

/** How a route can fail. */
export function failuresOf(route: DocumentedRoute): ProblemCode[] {
  // without a value for it the path is another
  const always: readonly ProblemCode[] = route.url.includes('/:') ? [...anywhere, 'unknown_route'] : anywhere;
  if (route.isClosed) return [...always, 'rate_limited', 'admin_required'];
  return [...new Set([...always, ...failuresWithin(route)])];
}

/** How a route can fail for whom it may be. */
function failuresWithin({ method, url, docs, isOpen, needs }: DocumentedRoute): ReadonlySet<ProblemCode> {
  const failures = new Set(docs.problems);
  const add = (...codes: ProblemCode[]) => {
    for (const code of codes) failures.add(code);
  };
  if (!isOpen) add('rate_limited');
  if (needs !== undefined) add(...strangers, ofAuth[needs.auth]);
  if (method === 'POST') add('overloaded', 'too_many_bytes', 'unsupported_media_type', 'unsupported_encoding');
  if (docs.body !== undefined) add('malformed_json', 'malformed_encoding', ...bodies[docs.body]);
  if (url.includes('/:name')) add('unknown_model');
  // what changes whether a model serves does not need one that does
  if (url.includes('/:name') && docs.body !== 'load' && docs.body !== 'ignored') add('model_unavailable');
  if (url.includes('/:version')) add('unknown_version');
  return failures;
}
