import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { answer } from './answer.js';
import { readBody } from './body.js';
import { findModel, type ServedModel } from './models.js';
import { ModelName, Prediction, Table } from './schemas.js';

export interface PredictOptions {
  readonly models: readonly ServedModel[];
  readonly defaultModel: ServedModel;
  readonly maxRows: number;
}

/** `POST /predict` and `POST /models/NAME/predict`: rows in, one prediction a row out. */
export const predict: FastifyPluginAsyncTypebox<PredictOptions> = async (app, { models, defaultModel, maxRows }) => {
  const response = { 200: Prediction };

  app.post('/predict', { schema: { body: Table, response } }, (request) => {
    return predictBody(request, request.body, defaultModel);
  });

  app.post('/models/:name/predict', { schema: { params: ModelName, body: Table, response } }, (request) => {
    return predictBody(request, request.body, findModel(models, request.params.name));
  });

  function predictBody(
    request: Pick<FastifyRequest, 'asked' | 'log' | 'body'>,
    body: Table,
    served: ServedModel,
  ): Prediction | Promise<Prediction> {
    const reader = { predictor: served.predictor, maxRows };
    return answer(request, served, () => ({ rows: readBody(body, reader), write: (prediction) => ({ prediction }) }));
  }
};
