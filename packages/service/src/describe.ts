import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Training } from '@housing/model';
import { documented } from './docs/route-docs.js';
import { tagAnswers } from './http/entity-tags.js';
import type { Models } from './models/models.js';
import type { ServedModel } from './models/served-model.js';
import { tellModel } from './provenance.js';
import { ModelDescription, ModelList, ModelName, ModelNameAndVersion } from './schemas.js';

export interface DescribeOptions {
  readonly models: Models;
}

/** `GET /models`, `GET /models/NAME` and `GET /models/NAME/versions/VERSION`: what is served, in the words of the model documents. */
export const describe: FastifyPluginAsyncTypebox<DescribeOptions> = async (app, { models }) => {
  tagAnswers(app);
  const all = documented('Models', 'all models that serve, and which is asked by default', { isTagged: true });
  const list = { config: { scope: 'metadata', ...all }, schema: { response: { 200: ModelList } } } as const;
  app.get('/models', list, async () => {
    return { default: models.defaultName, models: models.list().map(describeModel) };
  });

  const one = documented('Models', 'its features, what each accepts and what it was in training', {
    isTagged: true,
    namesModel: true,
  });
  const config = { scope: 'metadata', ...one } as const;
  const response = { 200: ModelDescription };
  app.get('/models/:name', { config, schema: { params: ModelName, response } }, async (request, reply) => {
    const served = models.find(request.params.name);
    tellModel(reply, served);
    return describeModel(served);
  });

  const params = ModelNameAndVersion;
  app.get('/models/:name/versions/:version', { config, schema: { params, response } }, async (request, reply) => {
    const served = models.find(request.params.name, request.params.version);
    tellModel(reply, served);
    return describeModel(served);
  });
};

function describeModel({ name, version, sha256, model, predictor }: ServedModel): ModelDescription {
  return {
    name,
    version,
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
