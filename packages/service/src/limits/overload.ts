import type { FastifyInstance } from 'fastify';
import { clientGone, Problem } from '../problem.js';

/**
 * Refuses work beyond a bound with `overloaded`, before its body is read: work is what is posted, so that probes and descriptions
 * are answered whatever the load. A request is in flight from its headers to the last byte of its answer, or until its client is gone.
 *
 * @returns how many are in flight
 */
export function boundWork(app: FastifyInstance, maxInFlight: number): () => number {
  let nInFlight = 0;
  const release = () => {
    nInFlight--;
  };
  // not before: a limit a client is a hook of the route itself, and who is beyond it takes no room
  app.addHook('preParsing', ({ method, raw }, reply, _payload, done) => {
    if (method === 'POST') {
      // it may have gone while it was found out who it is: no `close` would come to release what it took
      if (raw.socket.destroyed) throw clientGone();
      if (nInFlight >= maxInFlight)
        throw new Problem('overloaded', `expected at most ${maxInFlight} requests in flight, got one more`);
      nInFlight++;
      // not by `once`, which would wrap it and take it off again: it comes once
      reply.raw.on('close', release);
    }
    done();
  });
  return () => nInFlight;
}
