import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { clientGone, Problem } from '../problem.js';

/**
 * Lets requests in flight finish when the app closes, and all connections end with them: without a word, clients would keep
 * theirs open, and the process with them. From `stopping` on, each connection ends with its next answer.
 *
 * @returns finds the answer to the last request of a connection, sent or not
 */
export function closeConnections(
  app: FastifyInstance,
  stopping: AbortSignal,
): (socket: Socket) => ServerResponse | undefined {
  let isClosing = false;
  // the answers come in the order of the requests: the last says whether any is still to come
  const lastAnswer = new Map<Socket, ServerResponse | undefined>();
  app.server.on('connection', (socket) => {
    lastAnswer.set(socket, undefined);
    socket.once('close', () => lastAnswer.delete(socket));
  });
  // no hook before each answer: it would cost every request something, and serve only the last ones
  // before the router: what it refuses is answered when it returns
  app.server.prependListener('request', ({ socket }, answer) => {
    if (isClosing || stopping.aborted) {
      // of several that wait for their answers on one connection, the last ends it
      setEnd(lastAnswer.get(socket), false);
      setEnd(answer, true);
    }
    lastAnswer.set(socket, answer);
  });
  const endConnections = () => {
    for (const answer of lastAnswer.values()) setEnd(answer, true);
  };
  stopping.addEventListener('abort', endConnections);

  app.addHook('preClose', async () => {
    isClosing = true;
    endConnections();
    // Node counts as busy also those that sent nothing, half the headers, or the rest of a body already refused
    for (const [socket, answer] of lastAnswer) if (answer?.writableFinished !== false) socket.destroy();
  });
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    // who ended it by an answer may read on for a while, but no other answer can follow: nothing is done of which nobody would be told
    if (raw.socket.writableEnded) throw clientGone();
    if (isClosing) throw closing();
    done();
  });
  return (socket) => lastAnswer.get(socket);
}

/** Says whether an answer ends its connection, where it has not been sent. */
function setEnd(answer: ServerResponse | undefined, isEnd: boolean): void {
  if (answer === undefined || answer.headersSent) return;
  if (isEnd) answer.setHeader('connection', 'close');
  else answer.removeHeader('connection');
}

/** Ends a connection behind its answers, and reads on until the client does too: at once might cut them off. */
export function endSlowly(socket: Socket, linger: number, lastBytes = ''): void {
  socket.end(lastBytes);
  // one that never hangs up would keep what its request holds
  const timer = setTimeout(() => socket.destroy(), linger);
  socket.once('close', () => clearTimeout(timer));
}

/** Tells a client to go elsewhere. */
export function closing(): Problem {
  return new Problem('closing', 'expected to serve, got a signal to stop');
}
