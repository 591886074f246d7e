import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem, type ProblemCode } from './problem.js';
import { show } from './rows.js';

/** Answers whatever goes wrong, from the router on, with a problem document. */
export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>(sendProblem);
  // before the body is read: an unknown path is unknown whatever it is sent
  app.addHook('onRequest', async (request) => {
    if (request.is404) throw new Problem('unknown_route', `expected a known path, got ${shorten(request.url)}`);
  });
}

/** Answers one error. */
export function sendProblem(error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = error instanceof Problem ? error : problemOf(error, request);
  if (problem.status >= 500) request.log.error({ err: error }, 'failed');
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify(problem.toDocument(request.id)));
}

const codes: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_BAD_URL: 'malformed_request',
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_many_bytes',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed_request',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
};

function problemOf(error: FastifyError, { body }: FastifyRequest): Problem {
  // the schemas check no more than the outer shape of a body
  if (error.validation && body === undefined) return new Problem('empty_body', 'expected JSON, got nothing', '');
  if (error.validation) return new Problem('wrong_type', `expected an object or an array, got ${show(body)}`, '');
  const code = codes[error.code];
  if (code !== undefined) return new Problem(code, shorten(error.message));
  if (error.statusCode === 503) return new Problem('closing', 'expected to serve, got a signal to stop');
  // what went wrong inside is for the log alone
  return new Problem('internal_error', 'expected an answer, got an error that the log tells by the request id');
}

const clientErrors: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** Answers what the HTTP parser refuses, before there is a request. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = new Problem(clientErrors[error.code ?? ''] ?? 'malformed_request', shorten(error.message));
  const body = JSON.stringify(problem.toDocument());
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
