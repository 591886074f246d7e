import type { Readable, Transform } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { Problem } from '../problem.js';
import { show } from '../rows/rows.js';

// no Brotli: its window alone may take 16 MiB a request
const inflaters: ReadonlyMap<string, () => Transform> = new Map([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
]);

/** Takes bodies that are compressed: what reads them counts the bytes that come out, a piece at a time, and stops at its limit. */
export function inflateBodies(app: FastifyInstance): void {
  app.addHook('preParsing', ({ method, headers }, reply, payload, done) => {
    const coding = headers['content-encoding']?.toLowerCase() ?? 'identity';
    if (coding === 'identity' || method !== 'POST') return done(null, payload);
    const create = inflaters.get(coding);
    if (create === undefined) {
      reply.header('accept-encoding', 'gzip, deflate');
      throw new Problem('unsupported_encoding', `content-encoding: expected gzip or deflate, got ${show(coding)}`);
    }
    // Fastify compares it with content-length, as Node has done already
    const receivedEncodedLength = Number(headers['content-length'] ?? 0);
    const inflated = Object.assign(inflate(payload, create()), { receivedEncodedLength });
    reply.raw.once('close', () => {
      // of what was refused the rest would be inflated for nobody, and stands before the next request
      payload.unpipe(inflated).resume();
      inflated.destroy();
    });
    done(null, inflated);
  });
}

function inflate(payload: Readable, inflater: Transform): Transform {
  payload.once('error', (error) => inflater.destroy(error));
  // of what is refused before it is read nobody else would hear an error, and that ends the process
  inflater.on('error', () => {});
  return payload.pipe(inflater);
}
