import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problem.js';
import { show } from '../rows/rows.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Takes bodies of JSON in UTF-8 and no others.
 *
 * Fastify's own parser would search the text for `__proto__`; here such a key is one more unknown feature, since nothing is ever
 * assigned by a key of the body.
 */
export function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request: FastifyRequest, body: Buffer, done) => {
      expectUtf8(request);
      done(null, parseJson(body));
    },
  );
}

/** Checks that the text of a body, if it says so, is in UTF-8. */
export function expectUtf8({ headers }: FastifyRequest): void {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  if (/^utf-?8$/i.test(charset)) return;
  throw new Problem('unsupported_media_type', `content-type: expected the charset utf-8, got ${show(charset)}`);
}

/** The problem with the type of a body where these are read. */
export function refuseMediaType({ headers }: FastifyRequest, expected: string): Problem {
  const type = headers['content-type'];
  return new Problem(
    'unsupported_media_type',
    `content-type: expected ${expected}, got ${type === undefined ? 'none' : show(type)}`,
  );
}

/** Parses JSON in UTF-8. */
export function parseJson(body: Uint8Array): unknown {
  if (body.length === 0) throw new Problem('empty_body', 'expected JSON, got nothing', '');
  try {
    return JSON.parse(utf8.decode(body));
  } catch (error) {
    throw new Problem('malformed_json', `expected JSON, got ${reason(error)}`, '');
  }
}

// V8 quotes the body in its message: where is enough
function reason(error: unknown): string {
  const message = error instanceof SyntaxError ? error.message : 'bytes that are not UTF-8';
  return message.replace(/, .*is not valid JSON$/s, '').replace(/^(.{80}).*$/s, '$1…');
}
