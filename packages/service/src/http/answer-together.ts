import type { FastifyInstance } from 'fastify';

/** From so many answers a turn on they are sent together. Of two clients, one would idle while the other is answered. */
const MANY = 3;

/**
 * Sends the answers of one turn of the event loop together at its end, once all requests that have come in it are read: a write
 * between two reads costs the system a quarter of a request more. Whether there are many is told by the turn before.
 *
 * @param inFlight how many requests are in flight, of which answers that wait take up to half the room
 */
export function answerTogether(app: FastifyInstance, inFlight: () => number, maxInFlight: number): void {
  let nAnswers = 0;
  let nBefore = 0;
  const endTurn = () => {
    nBefore = nAnswers;
    nAnswers = 0;
  };
  app.addHook('onSend', ({ raw }, _reply, payload, done) => {
    if (nAnswers === 0) setImmediate(endTurn);
    nAnswers++;
    // where the rest of the body breaks HTTP, this turn yet, that would be answered in its place, and count twice
    const isAtOnce = nBefore < MANY || !raw.complete || inFlight() > maxInFlight / 2;
    if (isAtOnce) done(null, payload);
    else setImmediate(done, null, payload);
  });
}
