import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.js';

/**
 * Lets requests in flight finish when the app closes, and all connections end with them: without a word, clients would keep
 * theirs open, and the process with them. From `stopping` on, each connection ends with its next answer.
 */
export function closeConnections(app: FastifyInstance, stopping: AbortSignal): void {
  // the answers come in the order of the requests: the last says whether any is still to come
  const lastAnswer = new Map<Socket, ServerResponse | undefined>();
  app.server.on('connection', (socket) => {
    lastAnswer.set(socket, undefined);
    socket.once('close', () => lastAnswer.delete(socket));
  });
  app.server.on('request', (request, response) => lastAnswer.set(request.socket, response));

  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
    // Node counts as busy also those that sent nothing, half the headers, or the rest of a body already refused
    for (const [socket, answer] of lastAnswer) if (answer?.writableFinished !== false) socket.destroy();
  });
  app.addHook('onRequest', (_request, _reply, done) => {
    if (isClosing) throw closing();
    done();
  });
  app.addHook('onSend', ({ raw }, reply, _payload, done) => {
    // of several that wait for their answers on one connection, the last ends it
    if ((isClosing || stopping.aborted) && lastAnswer.get(raw.socket) === reply.raw)
      reply.header('connection', 'close');
    done();
  });
}

/** Tells a client to go elsewhere. */
export function closing(): Problem {
  return new Problem('closing', 'expected to serve, got a signal to stop');
}
