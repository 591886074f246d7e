import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Health } from './schemas.js';

/** `GET /health`: 200, since an app is only built of models that have verified. */
export const health: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/health', { schema: { response: { 200: Health } } }, async () => ({ status: 'ok' as const }));
};
