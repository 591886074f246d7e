import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Lets requests in flight finish when the app closes, and all connections end with them: without a word, clients would keep
 * theirs open, and the process with them.
 */
export function closeConnections(app: FastifyInstance): void {
  const sockets = new Set<Socket>();
  app.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
    // Node counts a connection on which nothing was ever sent as busy
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
}
