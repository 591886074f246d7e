import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import type { Scope } from './scopes.js';

/** Who sends a request, and what that one may do. */
export interface Client {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

/**
 * Finds who sends a request, by its headers: the body has not been read.
 *
 * @throws Problem where that cannot be told
 */
export type Authenticate = (request: FastifyRequest) => Client | Promise<Client>;

/** A way to tell who sends a request. */
export interface Access {
  /** Undefined where everybody is let in. */
  readonly authenticate: Authenticate | undefined;
  /** Follows what changes while the service runs, and tells the log; returns what ends that. */
  follow(log: FastifyBaseLogger): () => void;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends it; null on an open route, and where nobody authenticates. */
    client: Client | null;
  }
}
