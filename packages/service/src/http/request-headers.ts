import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { Problem } from '../problem.js';
import { show } from '../rows/rows.js';

/** Refuses headers that nothing can go by: those that Node would refuse without a body, and those of which it is not known which counts. */
export function expectHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    expectHttp(raw);
    if (maybeTwice(raw.headers)) for (const name of single) expectOneLine(raw, name);
    done();
  });
}

function expectHttp({ headers, httpVersion }: IncomingMessage): void {
  if (headers.host === undefined && httpVersion === '1.1')
    throw new Problem('malformed_request', 'host: expected a header, got none');
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue')
    throw new Problem('expectation_failed', `expect: expected 100-continue, got ${show(headers.expect)}`);
}

/** The headers that come in one line, and say another thing in each of two. */
const single = ['host', 'content-type', 'authorization', 'x-api-key'] as const;

// Node joins two lines by a comma, which hardly any has: by name, in a third of the time of a loop
function maybeTwice(headers: IncomingHttpHeaders): boolean | undefined {
  return (
    headers.host?.includes(',') ||
    headers['content-type']?.includes(',') ||
    headers.authorization?.includes(',') ||
    headers['x-api-key']?.includes(',')
  );
}

function expectOneLine({ rawHeaders }: IncomingMessage, name: string): void {
  const nLines = rawHeaders.filter((text, k) => k % 2 === 0 && text.toLowerCase() === name).length;
  // never what they say, which may be a secret
  if (nLines > 1) throw new Problem('malformed_request', `${name}: expected one line, got ${nLines}`);
}
