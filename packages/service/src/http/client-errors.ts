import { maxHeaderSize, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { fieldsOfDialect } from '../dialect-fields.js';
import { countProblem, type ProblemCounts } from '../metrics/problem-counts.js';
import { Problem, shorten } from '../problem.js';
import type { ProblemCode } from '../problems.js';

const clientErrors: Readonly<Record<string, [ProblemCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', `expected headers of at most ${maxHeaderSize} bytes, got more`],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'expected the whole request in time, got a part'],
};

/** Milliseconds that a client has to hang up once it is told that it speaks no HTTP. */
const LINGER = 1000;

/** The connections on which the parser has met an error: it meets it again in whatever still comes. */
const broken = new WeakSet<Socket>();

/**
 * Answers what the HTTP parser refuses, before there is a request or all of it, and ends the connection. The answers that are due there
 * go first.
 *
 * @param last the answer to the last request of the connection
 */
export function answerClientError(
  error: Error & { code?: string },
  socket: Socket,
  last: ServerResponse | undefined,
  counts: ProblemCounts,
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
    // the request may have its answer: that it was not to be read to its end
    const isAnswered = last?.headersSent && !last.req.complete;
    end(socket, isAnswered ? '' : refuse(error, counts));
  });
}

/** Calls back once the last answer has been sent, or it is its turn and there is none yet, since its request breaks off. */
function inTurn(last: ServerResponse | undefined, callBack: () => void): void {
  if (last === undefined || last.writableFinished) callBack();
  else if (last.req.complete || last.headersSent) last.once('close', callBack);
  else if (last.socket === null) last.once('socket', () => inTurn(last, callBack));
  else callBack();
}

function refuse({ code: error = '', message }: Error & { code?: string }, counts: ProblemCounts): string {
  const [code, detail] = clientErrors[error] ?? ['malformed_request', `expected HTTP, got ${shorten(message)}`];
  const problem = new Problem(code, detail);
  countProblem(counts, code);
  // whichever dialect it speaks
  const body = JSON.stringify({ ...problem.toDocument(), ...fieldsOfDialect(problem) });
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

function end(socket: Socket, answer: string): void {
  socket.end(answer);
  // at once might cut off the answer; one that never hangs up would keep what its request holds
  const timer = setTimeout(() => socket.destroy(), LINGER);
  socket.once('close', () => clearTimeout(timer));
}
