import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Predictor } from '@housing/model';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from './problem.js';
import type { ProblemCode } from './problems.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the request asked of a model, for its line in the log. */
    asked: { model: string; version: number; rows?: number } | null;
    /** Why the request was refused and where it came from, for the same line. */
    refused: { code: ProblemCode; ip: string } | null;
  }
}

/** Logs a line a request, when it has been answered, and tells the client the id that stands in it. */
export function logRequests(app: FastifyInstance): void {
  app.decorateRequest('asked', null);
  app.decorateRequest('refused', null);
  app.addHook('onRequest', (request, reply, done) => {
    tellId(request, reply);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    logAnswer(request, reply);
    done();
  });
}

/** Tells the client the id of its request. */
export function tellId({ id }: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', id);
}

/** Logs a request that has been answered. */
export function logAnswer(request: FastifyRequest, reply: FastifyReply): void {
  const { method, asked, refused } = request;
  const url = pathOf(request);
  const client = request.client?.name;
  const { statusCode: status, elapsedTime } = reply;
  const ms = Math.round(elapsedTime * 1000) / 1000;
  request.log.info({ method, url, client, status, ...refused, ...asked, ms }, 'answered');
}

/** A request that the HTTP parser has refused. */
export interface BrokenRequest {
  readonly id: string;
  /** Where it came from, if that is known: maybe a proxy. */
  readonly ip: string | undefined;
  /** Its head, where that had come. */
  readonly head: IncomingMessage | undefined;
}

/** Logs a request that the HTTP parser has refused. */
export function logRefusal(
  log: FastifyBaseLogger,
  { status, code }: Pick<Problem, 'status' | 'code'>,
  { id, ip, head }: BrokenRequest,
): void {
  const asked = head === undefined ? {} : { method: head.method, url: pathOf(head) };
  log.info({ reqId: id, ...asked, status, code, ip }, code === 'client_gone' ? 'hung up' : 'answered');
}

/** The path that is asked for. A query means nothing here, and may be a secret of whoever takes this for another service. */
export function pathOf({ url = '' }: Pick<IncomingMessage, 'url'>): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

// a UUID of which the last part counts: random enough to tell processes apart, and a new one for each takes twice as long
const prefix = randomUUID().slice(0, -12);
let nRequests = 0;

/** The id that the client gave, where it is fit to be logged and echoed, or a new one; the same whenever it is asked for. */
export function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  if (typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given)) return given;
  const id = newId();
  // what refuses the rest of the request knows nothing else of it
  headers['x-request-id'] = id;
  return id;
}

/** An id for what has none of its own. */
export function newId(): string {
  nRequests++;
  return prefix + nRequests.toString(16).padStart(12, '0');
}

/** Whether a log takes what {@link logPrediction} logs: the rows are scaled once more for those alone who asked for it. */
export function logsPredictions({ level }: FastifyBaseLogger): boolean {
  return level === 'debug' || level === 'trace';
}

/** Logs at debug level what the original service logged: the payload, the scaled rows and the predictions. */
export function logPrediction(
  log: FastifyBaseLogger,
  { transform }: Predictor,
  { body, rows, prediction }: { body: unknown; rows: Float64Array; prediction: number[] },
): void {
  log.debug({ payload: body, scaled: [...transform(rows)], prediction }, 'predicted');
}
