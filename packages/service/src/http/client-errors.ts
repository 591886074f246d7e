import { type IncomingMessage, maxHeaderSize, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { fieldsOfDialect } from '../dialect-fields.js';
import { logRefusal, newId, requestId } from '../log.js';
import { countProblem, type ProblemCounts } from '../metrics/problem-counts.js';
import { clientGone, Problem, shorten } from '../problem.js';
import type { ProblemCode } from '../problems.js';
import { endSlowly } from './closing.js';
import { secureAnswer } from './security-headers.js';

interface ClientError extends Error {
  readonly code?: string;
}

export interface RefusalOptions {
  readonly problems: ProblemCounts;
  readonly hstsMaxAge: number;
  readonly log: FastifyBaseLogger;
}

const clientErrors: Readonly<Record<string, [ProblemCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', `expected headers of at most ${maxHeaderSize} bytes, got more`],
  CONNECT: ['malformed_request', 'expected a request for a path, got CONNECT'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'expected the whole request in time, got a part'],
};

/** Milliseconds that a client has to hang up once it is told that it speaks no HTTP. */
const LINGER = 1000;

/** The connections on which the parser has met an error: it meets it again in whatever still comes. */
const broken = new WeakSet<Socket>();

/** The requests that are answered here, and by nothing else any more. */
const refused = new WeakSet<IncomingMessage>();

/**
 * Answers what the HTTP parser refuses, before there is a request or all of it, and ends the connection. The answers that are due there
 * go first.
 *
 * @param last the answer to the last request of the connection
 */
export function answerClientError(
  error: ClientError,
  socket: Socket,
  last: ServerResponse | undefined,
  options: RefusalOptions,
): void {
  if (error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  if (broken.has(socket)) return;
  broken.add(socket);
  inTurn(last, () => {
    // the last answer has ended the connection
    if (!socket.writable) return;
    const brokenOff = last?.req.complete === false ? last : undefined;
    // it may have its answer: that it was not to be read to its end
    endSlowly(socket, LINGER, brokenOff?.headersSent ? '' : refuse(error, brokenOff?.req, socket, options));
  });
}

/** Has requests for a tunnel refused as what is no HTTP; Node would hang up. */
export function refuseTunnels(server: Server, refuse: (error: ClientError, socket: Socket) => void): void {
  server.on('connect', (_request, socket) => {
    if (!(socket instanceof Socket)) return;
    // from here on Node looks after the connection no more, and who does not read the answers that are due would keep it
    const hangUp = () => socket.destroy();
    socket.on('error', hangUp).on('timeout', hangUp).resume();
    refuse(Object.assign(new Error('CONNECT'), { code: 'CONNECT' }), socket);
  });
}

/** Whether a request has been answered here, since the rest of it was not to be parsed. */
export function isRefused(request: IncomingMessage): boolean {
  return refused.has(request);
}

/** Calls back once the last answer has been sent, or it is its turn and there is none yet, since its request breaks off. */
function inTurn(last: ServerResponse | undefined, callBack: () => void): void {
  if (last === undefined || last.writableFinished) callBack();
  else if (last.req.complete || last.headersSent) last.once('close', callBack);
  else if (last.socket === null) last.once('socket', () => inTurn(last, callBack));
  else callBack();
}

/** Counts and logs what is refused, and writes the answer: what hooks do for every request is done here. */
function refuse(
  error: ClientError,
  request: IncomingMessage | undefined,
  { remoteAddress: ip }: Socket,
  { problems, hstsMaxAge, log }: RefusalOptions,
): string {
  if (request !== undefined) refused.add(request);
  const id = request === undefined ? newId() : requestId(request);
  const problem = problemOf(error);
  // who ends the connection within a body has hung up, and may yet read the answer
  const isGone = request !== undefined && error.code === 'HPE_INVALID_EOF_STATE';
  const { status, code } = isGone ? clientGone() : problem;
  countProblem(problems, code);
  logRefusal(log, { status, code }, { id, ip, head: request });
  // without a request in whichever dialect it would be
  const body = JSON.stringify({ ...problem.toDocument(id), ...fieldsOfDialect(problem, request?.url) });
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `x-request-id: ${id}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  secureAnswer(request ?? {}, { header: (name, value) => head.push(`${name}: ${value}`) }, hstsMaxAge);
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

function problemOf({ code: error = '', message }: ClientError): Problem {
  const [code, detail] = clientErrors[error] ?? ['malformed_request', `expected HTTP, got ${shorten(message)}`];
  return new Problem(code, detail);
}
