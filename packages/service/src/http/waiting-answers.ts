import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Tells answers that wait for others on their connection when it has closed, as Node tells the one whose turn it is: Node 20 forgets
 * them, and what they hold in flight would be held for ever.
 */
export function closeWaitingAnswers(app: FastifyInstance): void {
  const waiting = new WeakMap<Socket, Set<ServerResponse>>();
  app.server.prependListener('request', ({ socket }, answer) => {
    // most have their turn at once
    if (answer.socket !== null) return;
    const answers = waiting.get(socket) ?? watch(socket);
    answers.add(answer);
    answer.once('close', () => answers.delete(answer));
  });

  function watch(socket: Socket): Set<ServerResponse> {
    const answers = new Set<ServerResponse>();
    waiting.set(socket, answers);
    // later, when a Node that does not forget them has told them itself
    socket.once('close', () => setImmediate(closeAll, answers));
    return answers;
  }
}

function closeAll(answers: ReadonlySet<ServerResponse>): void {
  for (const answer of answers) {
    answer.destroy();
    answer.emit('close');
  }
}
