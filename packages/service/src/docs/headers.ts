import { type Header, type Reference, refer } from './openapi.js';

/** The headers of answers. */
export const headers = {
  'x-request-id': described('string', "the request's id, which stands in the log"),
  'x-model-name': described('string', 'the model that was asked'),
  'x-model-version': described('integer', 'its version'),
  'x-model-sha256': described('string', 'the SHA-256 of its file, in hexadecimal digits'),
  'retry-after': described('integer', 'seconds to wait'),
  'www-authenticate': described('string', 'which credentials are expected, or what is wrong with those that came'),
  'accept-encoding': described('string', 'how a body may be compressed'),
  etag: described('string', 'the tag of this answer, for If-None-Match'),
  'inference-header-content-length': {
    description: 'how many bytes of JSON stand before the binary tensors',
    schema: { type: 'integer' },
  },
} satisfies Record<string, Header>;
export type HeaderName = keyof typeof headers;

/** The headers that name what predicted. */
export const modelHeaders = ['x-model-name', 'x-model-version', 'x-model-sha256'] as const;

/** Headers as their components describe them: an answer always has them, but for that of binary tensors. */
export function withHeaders(...names: HeaderName[]): Record<string, Reference> {
  return Object.fromEntries(names.map((name) => [name, refer('headers', name)]));
}

/** Headers that an answer may have. */
export function withMaybe(...names: HeaderName[]): Record<string, Header> {
  return Object.fromEntries(names.map((name) => [name, { ...headers[name], required: false }]));
}

function described(type: 'string' | 'integer', description: string): Header {
  return { description, required: true, schema: { type } };
}
