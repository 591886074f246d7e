import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ProblemCode } from '../problems.js';

/** Tells a client in `WWW-Authenticate` which credentials are expected, or what is wrong with those it sent (RFC 6750). */
export function challenge(code: ProblemCode, { routeOptions }: FastifyRequest, reply: FastifyReply): void {
  const attributes = attributesOf(code, routeOptions?.config.scope);
  if (attributes !== undefined) reply.header('www-authenticate', `Bearer realm="housing"${attributes}`);
}

function attributesOf(code: ProblemCode, scope = ''): string | undefined {
  switch (code) {
    case 'credentials_required':
      return '';
    case 'conflicting_credentials':
      return ', error="invalid_request"';
    case 'invalid_credentials':
      return ', error="invalid_token"';
    case 'insufficient_scope':
      return `, error="insufficient_scope", scope="${scope}"`;
  }
  return undefined;
}
