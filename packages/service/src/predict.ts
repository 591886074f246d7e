import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { readBody } from './body.js';
import { logPrediction, logsPredictions } from './log.js';
import { findModel, type ServedModel } from './models.js';
import { predictRows } from './predict-rows.js';
import { ModelName, Prediction, Table } from './schemas.js';

export interface PredictOptions {
  readonly models: readonly ServedModel[];
  readonly defaultModel: ServedModel;
  readonly maxRows: number;
}

/** `POST /predict` and `POST /models/NAME/predict`: rows in, one prediction a row out. */
export const predict: FastifyPluginAsyncTypebox<PredictOptions> = async (app, { models, defaultModel, maxRows }) => {
  const response = { 200: Prediction };
  const isLogged = logsPredictions(app.log);

  app.post('/predict', { schema: { body: Table, response } }, (request) => {
    return answer(request, request.body, defaultModel);
  });

  app.post('/models/:name/predict', { schema: { params: ModelName, body: Table, response } }, (request) => {
    return answer(request, request.body, findModel(models, request.params.name));
  });

  function answer(
    request: Pick<FastifyRequest, 'asked' | 'log' | 'raw'>,
    body: Table,
    served: ServedModel,
  ): Prediction | Promise<Prediction> {
    const { name, predictor } = served;
    request.asked = { model: name };
    const rows = readBody(body, { predictor, maxRows });
    const prediction = predictRows(served, rows, request.raw.socket);
    // no promise for a few rows
    return Array.isArray(prediction) ? finish(prediction) : prediction.then(finish);

    function finish(prediction: number[]): Prediction {
      request.asked = { model: name, rows: prediction.length };
      if (isLogged) logPrediction(request.log, predictor, { body, rows: rows.values, prediction });
      return { prediction };
    }
  }
};
