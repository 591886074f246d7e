import type { FastifyInstance, FastifyReply } from 'fastify';

/**
 * Tells browsers, with each answer, to take it for nothing that it does not say to be, to give it to no other site that does not ask for
 * it by CORS, and to store no prediction.
 *
 * @param hstsMaxAge for how many seconds a browser shall come by TLS alone, which ends in front of the service; 0 says nothing
 */
export function secureAnswers(app: FastifyInstance, hstsMaxAge: number): void {
  app.addHook('onRequest', (request, reply, done) => {
    secureAnswer(request, reply, hstsMaxAge);
    done();
  });
}

/** What takes the headers of an answer. */
export interface Headers {
  header(name: string, value: string): unknown;
}

/** Tells browsers the same with one answer. */
export function secureAnswer(
  { method }: { readonly method?: string | undefined },
  reply: Headers,
  hstsMaxAge: number,
): void {
  reply.header('x-content-type-options', 'nosniff');
  reply.header('cross-origin-resource-policy', 'same-origin');
  if (method === 'POST') reply.header('cache-control', 'no-store');
  if (hstsMaxAge > 0) reply.header('strict-transport-security', `max-age=${hstsMaxAge}`);
}

/** Lets a page load what its policy names and nothing else, be in no frame, and tell no site where a link to it stood. */
export function securePage(reply: FastifyReply, policy: readonly string[]): FastifyReply {
  const directives = [
    "default-src 'none'",
    ...policy,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', directives.join('; '))
    .header('referrer-policy', 'no-referrer');
}
