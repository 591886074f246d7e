import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';

/** Answers of fewer bytes are sent as they are: they arrive in the first round trip of a connection either way. */
const WORTH_IT = 2 ** 14;

const compress = promisify(gzip);

/** Compresses long answers for clients that ask for it, beside the event loop. */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    // behind the hooks of plugins, which tag what they answer, and before that of HEAD, which takes its length
    route.onSend = [
      (request, reply, payload, done) => {
        // 304 to HEAD has a payload, for its length
        if (isLong(payload) && reply.statusCode !== 304)
          compressFor(request, reply, payload).then((sent) => done(null, sent), done);
        else done(null, payload);
      },
      ...[route.onSend ?? []].flat(),
    ];
  });
}

function isLong(payload: unknown): payload is string | Buffer {
  return (typeof payload === 'string' || Buffer.isBuffer(payload)) && payload.length >= WORTH_IT;
}

/** Tells caches that an answer of this payload depends on what the client accepts, where it does. */
export function tellEncodings(reply: FastifyReply, payload: unknown): void {
  if (!isLong(payload)) return;
  const vary = reply.getHeader('vary');
  reply.header('vary', vary === undefined ? 'accept-encoding' : `${vary}, accept-encoding`);
}

async function compressFor(request: FastifyRequest, reply: FastifyReply, payload: string | Buffer) {
  tellEncodings(reply, payload);
  if (new Negotiator(request.raw).encodings(['gzip', 'identity'])[0] !== 'gzip') return payload;
  reply.header('content-encoding', 'gzip');
  // random digits become half as long at any level, at the higher ones in twice the time
  return compress(payload, { level: 1 });
}
