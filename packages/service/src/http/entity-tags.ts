import { createHash } from 'node:crypto';
import type { FastifyInstance, onSendHookHandler } from 'fastify';
import { tellEncodings } from './compress.js';

/**
 * Tags what those routes of a plugin answer whose documents say so, and answers 304 where the client names the tag: it has that answer
 * already.
 */
export function tagAnswers(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    // before the hook that compresses
    if (route.config?.docs?.isTagged) route.onSend = [tagAnswer, ...[route.onSend ?? []].flat()];
  });
}

const tagAnswer: onSendHookHandler = (request, reply, payload, done) => {
  if (reply.statusCode !== 200 || typeof payload !== 'string') return done(null, payload);
  // weak: what compresses the answer leaves the tag as it is
  const tag = `W/"${createHash('sha256').update(payload).digest('base64url')}"`;
  reply.header('etag', tag);
  if (!names(request.headers['if-none-match'], tag)) return done(null, payload);
  reply.code(304).removeHeader('content-type');
  // as of the answer itself: a cache takes over what this says of it
  tellEncodings(reply, payload);
  // Fastify takes the length of what HEAD would have got, and fails without it
  done(null, request.method === 'HEAD' ? payload : null);
};

/** Whether the value of `If-None-Match` names a tag, strong or weak. */
function names(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  const weak = (one: string) => one.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((one) => weak(one) === weak(tag));
}
