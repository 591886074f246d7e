import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answer } from './answer.js';
import { readBody } from './body.js';
import type { Models } from './models.js';
import { ModelName, ModelNameAndVersion, Prediction, Table } from './schemas.js';
import type { ServedModel } from './served-model.js';

export interface PredictOptions {
  readonly models: Models;
  readonly maxRows: number;
}

/** `POST /predict`, `/models/NAME/predict` and `/models/NAME/versions/VERSION/predict`: rows in, one prediction a row out. */
export const predict: FastifyPluginAsyncTypebox<PredictOptions> = async (app, { models, maxRows }) => {
  const config = { scope: 'predict' } as const;
  const response = { 200: Prediction };

  app.post('/predict', { config, schema: { body: Table, response } }, (request, reply) => {
    return predictBody(request, reply, models.default);
  });

  app.post(
    '/models/:name/predict',
    { config, schema: { params: ModelName, body: Table, response } },
    (request, reply) => {
      return predictBody(request, reply, models.find(request.params.name));
    },
  );

  const params = ModelNameAndVersion;
  app.post(
    '/models/:name/versions/:version/predict',
    { config, schema: { params, body: Table, response } },
    (request, reply) => {
      return predictBody(request, reply, models.find(request.params.name, request.params.version));
    },
  );

  function predictBody(
    request: Pick<FastifyRequest<{ Body: Table }>, 'asked' | 'predicted' | 'body' | 'log' | 'raw'>,
    reply: Pick<FastifyReply, 'header'>,
    served: ServedModel,
  ): Prediction | Promise<Prediction> {
    const reader = { predictor: served.predictor, maxRows };
    return answer(request, reply, served, () => ({
      rows: readBody(request.body, reader),
      write: (prediction) => ({ prediction }),
    }));
  }
};
