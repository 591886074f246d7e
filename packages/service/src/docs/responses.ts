import { type ProblemCode, problems } from '../problems.js';
import { dialects } from './dialects.js';
import { failuresOf } from './failures.js';
import { modelHeaders, withHeaders } from './headers.js';
import type { Content, Reference, Response } from './openapi.js';
import { describeRefusal } from './refusal.js';
import type { DocumentedRoute } from './route-docs.js';

/**
 * All that a route answers, by status.
 *
 * @param examples the answers to the examples of its requests
 */
export function describeResponses(
  route: DocumentedRoute,
  examples: Readonly<Record<string, Reference>>,
): Record<string, Response> {
  const responses = new Map<number, Response>(describeAnswers(route, examples));
  for (const [status, codes] of byStatus(failuresOf(route))) {
    const refusal = describeRefusal(status, codes, isPrediction(route));
    // which may also come as an answer of the route's own
    const content = { ...responses.get(status)?.content, ...refusal.content };
    responses.set(status, { ...refusal, content });
  }
  if (route.docs.isTagged) responses.set(304, notModified(route));
  return Object.fromEntries([...responses].sort(([a], [b]) => a - b));
}

function notModified(route: DocumentedRoute): Response {
  return { description: 'it is what If-None-Match names', headers: headersOf(route, {}) };
}

function describeAnswers(route: DocumentedRoute, examples: object): [number, Response][] {
  if (route.isClosed) return [];
  const { responses, docs } = route;
  const others = Object.entries(docs.answers ?? {}).map(([type, schema]) => [type, { schema }]);
  const statuses = new Set([200, ...Object.keys(responses).map(Number)]);
  return [...statuses].map((status) => {
    const schema = responses[status];
    const json = schema === undefined ? {} : { 'application/json': { schema, examples } };
    const content: Content = { ...json, ...(status === 200 ? Object.fromEntries(others) : {}) };
    return [status, { description: 'the answer', headers: headersOf(route, content), content }];
  });
}

function headersOf(route: DocumentedRoute, content: Content): Record<string, Reference> {
  return {
    ...withHeaders('x-request-id'),
    ...(route.docs.isTagged ? withHeaders('etag') : {}),
    ...(isPrediction(route) || route.docs.namesModel ? withHeaders(...modelHeaders) : {}),
    ...('application/octet-stream' in content ? withHeaders('inference-header-content-length') : {}),
  };
}

function isPrediction({ docs: { body } }: DocumentedRoute): boolean {
  return body !== undefined && body in dialects;
}

function byStatus(codes: readonly ProblemCode[]): Map<number, ProblemCode[]> {
  const grouped = new Map<number, ProblemCode[]>();
  for (const code of codes) grouped.set(problems[code].status, [...(grouped.get(problems[code].status) ?? []), code]);
  return grouped;
}
