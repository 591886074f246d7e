import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { answer } from './answer.js';
import { readInstances } from './instances.js';
import type { Models } from './models.js';
import { expectObject } from './rows.js';
import { ModelName, ModelStatus, Predictions } from './schemas.js';

export interface V1Options {
  readonly models: Models;
  readonly maxRows: number;
}

/** `POST /v1/models/NAME:predict` and `GET /v1/models/NAME`, as TensorFlow Serving and KServe's first protocol have them. */
export const v1: FastifyPluginAsyncTypebox<V1Options> = async (app, { models, maxRows }) => {
  app.get(
    '/v1/models/:name',
    { config: { scope: 'metadata' }, schema: { params: ModelName, response: { 200: ModelStatus } } },
    async (request) => {
      const { name, version } = models.find(request.params.name);
      const status = { error_code: 'OK', error_message: '' };
      return { name, ready: true, model_version_status: [{ version: String(version), state: 'AVAILABLE', status }] };
    },
  );

  const schema = { params: ModelName, response: { 200: Predictions } };
  // a doubled colon is the colon itself
  app.post('/v1/models/:name([^:]+)::predict', { config: { scope: 'predict' }, schema }, (request, reply) => {
    const served = models.find(request.params.name);
    const reader = { predictor: served.predictor, maxRows };
    return answer(request, reply, served, () => ({
      rows: readInstances(expectObject(request.body).instances, reader, '/instances'),
      write: (predictions) => ({ predictions }),
    }));
  });
};
