import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { endSlowly } from './closing.js';

/** Milliseconds that a client has to send a body which it was not asked for. */
const LINGER = 10_000;

/** The requests whose clients wait to be asked for the body. */
const waiting = new WeakSet<IncomingMessage>();

/**
 * Asks a client that waits for it, by `Expect: 100-continue`, for the body once it is read, not at once as Node would: what is refused by its
 * headers need not be sent (RFC 9110, 10.1.1). What else is expected is refused as other requests are.
 */
export function askForBodies({ server }: FastifyInstance): void {
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('checkContinue', (request, response) => {
    waiting.add(request);
    request.once('resume', () => {
      // of what has been refused the body is read to be dropped
      if (response.headersSent) return;
      waiting.delete(request);
      response.writeContinue();
    });
    // before Node ends the connection, since nobody knows whether a body follows: some send it without being asked, and read the answer then
    response.prependOnceListener('finish', () => {
      const { socket } = request;
      if (waiting.has(request)) socket.destroySoon = () => endSlowly(socket, LINGER);
    });
    server.emit('request', request, response);
  });
}

/** Whether the client of a request waits to be asked for its body. */
export function isWaiting(request: IncomingMessage): boolean {
  return waiting.has(request);
}
