import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServedModel } from './models/served-model.js';

/** Tells the client, in headers, and the log which model it is that answers, be it with predictions or with a refusal. */
export function nameModel(
  request: Pick<FastifyRequest, 'asked'>,
  reply: Pick<FastifyReply, 'header'>,
  served: ServedModel,
): void {
  request.asked = { model: served.name, version: served.version };
  tellModel(reply, served);
}

/** Tells the client in headers which model an answer is of. */
export function tellModel(reply: Pick<FastifyReply, 'header'>, { name, version, sha256 }: ServedModel): void {
  reply.header('x-model-name', name);
  reply.header('x-model-version', version);
  reply.header('x-model-sha256', sha256);
}
