import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { challenge } from './access/challenge.js';
import { fieldsOfDialect } from './dialect-fields.js';
import { isRefused } from './http/client-errors.js';
import { isWaiting } from './http/expectations.js';
import { refuseMediaType } from './http/json.js';
import { secureAnswer } from './http/security-headers.js';
import { logAnswer, pathOf, tellId } from './log.js';
import { countProblem, type ProblemCounts } from './metrics/problem-counts.js';
import { Problem, shorten, unknownRoute } from './problem.js';
import { show } from './rows/rows.js';

/** Answers whatever goes wrong, from the router on, with a problem document. */
export function answerProblems(app: FastifyInstance, counts: ProblemCounts): void {
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    if (isCutOff(request.raw, reply)) await discard(request.raw);
    return sendProblem(error, request, reply, counts);
  });
  // before the body is read: an unknown path is unknown whatever it is sent
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.is404) throw unknownRoute(request);
    done();
  });
}

// refused before all of it has come, on a connection that ends with the answer
function isCutOff(request: IncomingMessage, reply: FastifyReply): boolean {
  if (request.complete || isWaiting(request)) return false;
  return reply.getHeader('connection') === 'close' || !reply.raw.shouldKeepAlive;
}

// most clients read no answer before they have sent all: to hang up on one that sends is not to answer it
async function discard(request: IncomingMessage): Promise<void> {
  const options = { readable: true, writable: false, signal: AbortSignal.timeout(10_000) };
  // whatever ends the rest, the answer is the same
  await finished(request.unpipe().resume(), options).catch(() => {});
}

/** Answers what the router refuses before any hook runs: what they do for every request is done here. */
export function answerUnrouted(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  { problems, hstsMaxAge }: { problems: ProblemCounts; hstsMaxAge: number },
): void {
  tellId(request, reply);
  secureAnswer(request, reply, hstsMaxAge);
  reply.raw.once('finish', () => logAnswer(request, reply));
  sendProblem(error, request, reply, problems);
}

/** Answers one error. */
export function sendProblem(
  error: FastifyError | Problem,
  request: FastifyRequest,
  reply: FastifyReply,
  counts: ProblemCounts,
): FastifyReply {
  const problem = error instanceof Problem ? error : problemOf(error, request);
  // the parser has refused the rest of the request, and told so
  if (problem.code !== 'internal_error' && isRefused(request.raw)) return reply.hijack();
  countProblem(counts, problem.code);
  request.refused = { code: problem.code, ip: request.ip };
  if (problem.code === 'internal_error') request.log.error({ err: error }, 'failed');
  // an answer that nobody takes is none for the log
  const { method } = request;
  if (problem.code === 'client_gone')
    request.log.info({ method, url: pathOf(request), status: problem.status, ...request.refused }, 'hung up');
  if (problem.status === 503) reply.header('retry-after', 1);
  challenge(problem.code, request, reply);
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify({ ...problem.toDocument(request.id), ...fieldsOfDialect(problem, request.url) }));
}

function problemOf(error: FastifyError, request: FastifyRequest): Problem {
  const { body, url } = request;
  // the schemas check no more than the outer shape of a body
  if (error.validation && body === undefined) return new Problem('empty_body', 'expected JSON, got nothing', '');
  if (error.validation) return new Problem('wrong_type', `expected an object or an array, got ${show(body)}`, '');
  switch (error.code) {
    case 'ECONNRESET':
      return new Problem('client_gone', 'expected the whole body, got a part');
    case 'Z_DATA_ERROR':
    case 'Z_BUF_ERROR':
    case 'Z_NEED_DICT':
      return new Problem(
        'malformed_encoding',
        `expected ${request.headers['content-encoding']}, got ${error.message}`,
        '',
      );
    case 'FST_ERR_BAD_URL':
      return new Problem('malformed_request', `expected a percent-encoded path, got ${shorten(url)}`);
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return tooManyBytes(request);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return refuseMediaType(request, 'application/json');
  }
  // what went wrong inside is for the log alone
  return new Problem('internal_error', 'expected an answer, got an error that the log tells by the request id');
}

function tooManyBytes({ headers, routeOptions: { bodyLimit } }: FastifyRequest): Problem {
  const length = Number(headers['content-length'] ?? 0);
  const got = length > bodyLimit ? length : 'more';
  return new Problem('too_many_bytes', `expected at most ${bodyLimit} bytes, got ${got}`, '');
}
