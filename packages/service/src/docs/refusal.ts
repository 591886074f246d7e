import { type ProblemCode, problems } from '../problems.js';
import { type HeaderName, modelHeaders, withHeaders, withMaybe } from './headers.js';
import { type Header, type Reference, type Response, refer } from './openapi.js';

/** The schema of problem documents. */
export const problemSchema = {
  type: 'object',
  description: 'RFC 9457; members beside it are for the clients of the dialects',
  properties: {
    type: { type: 'string', format: 'uri-reference', description: 'the page that explains the code' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'what was expected where, and what came instead' },
    code: { enum: Object.keys(problems) },
    pointer: { type: 'string', description: 'the JSON pointer to the first fault of the body' },
    requestId: { type: 'string', description: 'by which the log tells of it' },
    error: { type: 'string', description: 'the detail, below /v1 and /v2' },
    error_code: { type: 'string', description: "MLflow's code, on its routes" },
    message: { type: 'string', description: 'the detail, on those of MLflow' },
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
};

/** A refusal with any of the codes of one status. */
export function describeRefusal(status: number, codes: readonly ProblemCode[], isPrediction: boolean): Response {
  const lines = codes.map((code) => `- [${code}](/docs/problems/${code}): ${problems[code].title}`);
  const schema = { ...refer('schemas', 'Problem'), properties: { status: { const: status }, code: { enum: codes } } };
  return {
    description: lines.join('\n'),
    headers: {
      ...withHeaders('x-request-id'),
      ...ofSome('www-authenticate', codes, challenges),
      ...ofSome('accept-encoding', codes, ['unsupported_encoding']),
      ...(status === 429 || status === 503 ? withHeaders('retry-after') : {}),
      // of rows that are refused, and not of a body that does not parse
      ...(isPrediction && [400, 413, 500].includes(status) ? withMaybe(...modelHeaders) : {}),
    },
    content: { 'application/problem+json': { schema } },
  };
}

const challenges: readonly ProblemCode[] = [
  'conflicting_credentials',
  'credentials_required',
  'invalid_credentials',
  'insufficient_scope',
];

/** A header that some codes carry, and so an answer of one of these codes always, maybe or never. */
function ofSome(
  name: HeaderName,
  codes: readonly ProblemCode[],
  carriers: readonly ProblemCode[],
): Record<string, Header | Reference> {
  if (codes.every((code) => carriers.includes(code))) return withHeaders(name);
  return codes.some((code) => carriers.includes(code)) ? withMaybe(name) : {};
}
