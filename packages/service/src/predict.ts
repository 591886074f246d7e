import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readBody } from './body.js';
import { logPrediction, logsPredictions } from './log.js';
import type { Models } from './models.js';
import { predictRows } from './predict-rows.js';
import { nameModel } from './provenance.js';
import { ModelName, ModelNameAndVersion, Prediction, Table } from './schemas.js';
import type { ServedModel } from './served-model.js';

export interface PredictOptions {
  readonly models: Models;
  readonly maxRows: number;
}

/** `POST /predict`, `/models/NAME/predict` and `/models/NAME/versions/VERSION/predict`: rows in, one prediction a row out. */
export const predict: FastifyPluginAsyncTypebox<PredictOptions> = async (app, { models, maxRows }) => {
  const response = { 200: Prediction };
  const isLogged = logsPredictions(app.log);

  app.post('/predict', { schema: { body: Table, response } }, (request, reply) => {
    return answer(request, reply, models.default);
  });

  app.post('/models/:name/predict', { schema: { params: ModelName, body: Table, response } }, (request, reply) => {
    return answer(request, reply, models.find(request.params.name));
  });

  const params = ModelNameAndVersion;
  app.post(
    '/models/:name/versions/:version/predict',
    { schema: { params, body: Table, response } },
    (request, reply) => {
      return answer(request, reply, models.find(request.params.name, request.params.version));
    },
  );

  function answer(
    request: Pick<FastifyRequest<{ Body: Table }>, 'asked' | 'body' | 'log' | 'raw'>,
    reply: Pick<FastifyReply, 'header'>,
    served: ServedModel,
  ): Prediction | Promise<Prediction> {
    nameModel(request, reply, served);
    const { body } = request;
    const { name, version, predictor } = served;
    const rows = readBody(body, { predictor, maxRows });
    const prediction = predictRows(served, rows, request.raw.socket);
    // no promise for a few rows
    return Array.isArray(prediction) ? finish(prediction) : prediction.then(finish);

    function finish(prediction: number[]): Prediction {
      request.asked = { model: name, version, rows: prediction.length };
      if (isLogged) logPrediction(request.log, predictor, { body, rows: rows.values, prediction });
      return { prediction };
    }
  }
};
