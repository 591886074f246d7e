import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answer } from './answer.js';
import { documented } from './docs/route-docs.js';
import type { Models } from './models/models.js';
import type { ServedModel } from './models/served-model.js';
import { readBody } from './rows/body.js';
import { ModelName, ModelNameAndVersion, Prediction, Table } from './schemas.js';

export interface PredictOptions {
  readonly models: Models;
  readonly maxRows: number;
}

/** `POST /predict`, `/models/NAME/predict` and `/models/NAME/versions/VERSION/predict`: rows in, one prediction a row out. */
export const predict: FastifyPluginAsyncTypebox<PredictOptions> = async (app, { models, maxRows }) => {
  const body = 'table';
  const asksDefault = { scope: 'predict', ...documented('Predictions', 'asks the default model', { body }) } as const;
  const config = { scope: 'predict', ...documented('Predictions', 'asks a model', { body }) } as const;
  const response = { 200: Prediction };

  app.post('/predict', { config: asksDefault, schema: { body: Table, response } }, (request, reply) => {
    return predictBody(request, reply, models.default);
  });

  const named = { config, schema: { params: ModelName, body: Table, response } };
  app.post('/models/:name/predict', named, (request, reply) => {
    return predictBody(request, reply, models.find(request.params.name));
  });

  const versioned = { config, schema: { params: ModelNameAndVersion, body: Table, response } };
  app.post('/models/:name/versions/:version/predict', versioned, (request, reply) => {
    return predictBody(request, reply, models.find(request.params.name, request.params.version));
  });

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
