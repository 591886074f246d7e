import type { FastifyInstance } from 'fastify';

/**
 * Asks a client that waits to be asked for its body, by `Expect: 100-continue`, when the body is read: one that is refused for its headers
 * sends none. What else is expected is refused as other requests are.
 */
export function askForBodies(app: FastifyInstance): void {
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  app.server.on('checkContinue', (request, response) => {
    const { shouldKeepAlive } = response;
    // whether a body follows a refusal is for the client to choose: nothing can be read behind it
    response.shouldKeepAlive = false;
    request.once('resume', () => {
      if (response.headersSent) return;
      response.shouldKeepAlive = shouldKeepAlive;
      response.writeContinue();
    });
    app.server.emit('request', request, response);
  });
}
