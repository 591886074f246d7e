import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Training } from '@housing/model';
import { findModel, type ServedModel } from './models.js';
import { ModelDescription, ModelList, ModelName } from './schemas.js';

export interface DescribeOptions {
  readonly models: readonly ServedModel[];
  readonly defaultModel: ServedModel;
}

/** `GET /models` and `GET /models/NAME`: what is served, in the words of the model documents. */
export const describe: FastifyPluginAsyncTypebox<DescribeOptions> = async (app, { models, defaultModel }) => {
  app.get('/models', { schema: { response: { 200: ModelList } } }, async () => {
    return { default: defaultModel.name, models: models.map(describeModel) };
  });

  app.get('/models/:name', { schema: { params: ModelName, response: { 200: ModelDescription } } }, async (request) => {
    return describeModel(findModel(models, request.params.name));
  });
};

function describeModel({ name, sha256, model, predictor }: ServedModel): ModelDescription {
  return {
    name,
    kind: model.kind,
    sklearn_version: model.sklearnVersion,
    sha256,
    scaler_fit: model.scaler === 'request' ? 'request' : 'training',
    n_trees: model.trees.length,
    features: model.featureNames.map((feature, f) => ({ name: feature, ...predictor.accepted[f] })),
    ...(model.training === undefined ? {} : { training: describeTraining(model.training) }),
  };
}

function describeTraining({ nSamples, features, heldOut }: Training): NonNullable<ModelDescription['training']> {
  return {
    n_samples: nSamples,
    features: features.map(({ minimum, maximum, binEdges, counts }) => ({
      minimum,
      maximum,
      bin_edges: [...binEdges],
      counts: [...counts],
    })),
    held_out:
      heldOut === undefined ? null : { n_samples: heldOut.nSamples, mean_squared_error: heldOut.meanSquaredError },
  };
}
