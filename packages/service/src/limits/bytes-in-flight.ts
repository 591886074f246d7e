import type { ServerResponse } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { clientGone, Problem } from '../problem.js';

/** Bodies of at most so many bytes are not counted: even as many as may be in flight at once need little. */
const SMALL = 2 ** 16;

/**
 * Bounds what the bodies in flight hold together, with `overloaded` for the one that goes beyond it. Their bytes count as they arrive,
 * and those of a compressed one as they come out, until the request has been answered or refused.
 */
export function boundBytes(app: FastifyInstance, maxBytesInFlight: number): void {
  let nBytes = 0;
  app.addHook('preParsing', (request, reply, payload, done) => {
    if (isSmall(request)) return done(null, payload);
    const length = Number(request.headers['content-length'] ?? 0);
    // too long at any time, which is not to be tried again: whoever reads bodies says so
    if (length > request.routeOptions.bodyLimit) return done(null, payload);
    // what cannot end well need not begin
    if (nBytes + length > maxBytesInFlight) throw overloaded();
    const { receivedEncodedLength = 0 } = payload;
    done(null, Object.assign(count(payload, reply.raw), { receivedEncodedLength }));
  });

  function count(payload: Readable, response: ServerResponse): Transform {
    let nOwn = 0;
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, callback) {
        nOwn += chunk.length;
        nBytes += chunk.length;
        if (nBytes > maxBytesInFlight) callback(overloaded());
        else callback(null, chunk);
      },
    });
    const release = () => {
      nBytes -= nOwn;
      nOwn = 0;
    };
    counted.once('error', release);
    response.once('close', () => {
      // what still comes is for nobody, and stands before the next request
      payload.unpipe(counted).resume();
      counted.destroy(clientGone());
      release();
    });
    payload.once('error', (error) => counted.destroy(error));
    return payload.pipe(counted);
  }

  function overloaded(): Problem {
    return new Problem('overloaded', `expected at most ${maxBytesInFlight} bytes of bodies in flight, got more`);
  }
}

function isSmall({ method, headers }: FastifyRequest): boolean {
  if (method !== 'POST') return true;
  if (headers['transfer-encoding'] !== undefined || headers['content-encoding'] !== undefined) return false;
  return Number(headers['content-length'] ?? 0) <= SMALL;
}
