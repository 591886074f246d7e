import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { documented } from '../docs/route-docs.js';
import { expectReady, type HealthOptions, isReadyNow } from '../health.js';
import { tagAnswers } from '../http/entity-tags.js';
import { findOpenly, type Models } from '../models/models.js';
import type { ServedModel } from '../models/served-model.js';
import { Problem } from '../problem.js';
import { tellModel } from '../provenance.js';
import { isObject, show } from '../rows/rows.js';
import { ModelParams } from '../schemas.js';
import { serviceVersion } from '../service-version.js';
import type { Body } from './body.js';
import { OUTPUT } from './outputs.js';
import { Live, ModelIndex, ModelMetadata, ModelReady, Ready, ServerMetadata } from './schemas.js';

export interface MetadataOptions extends HealthOptions {
  readonly models: Models;
  /** Whether an administrator can load and unload models. */
  readonly canLoad: boolean;
}

/** The config of a route of the protocol. */
function config(scope: 'open' | 'metadata', summary: string, more?: Parameters<typeof documented>[2]) {
  return { scope, ...documented('Open Inference Protocol', summary, more) };
}

/** `GET` of all that the protocol tells without inference, and the index of the models. */
export const metadata: FastifyPluginAsyncTypebox<MetadataOptions> = async (app, { models, canLoad, ...health }) => {
  tagAnswers(app);
  // what machines ask every few seconds is for no log
  const logLevel = 'warn';
  app.get(
    '/v2/health/live',
    { config: config('open', 'whether the process answers'), schema: { response: { 200: Live } }, logLevel },
    async () => ({ live: true }),
  );

  app.get(
    '/v2/health/ready',
    { config: config('open', 'whether requests may come'), schema: { response: { 200: Ready, 503: Ready } }, logLevel },
    async (_request, reply) => {
      const ready = isReadyNow(health);
      if (!ready) reply.code(503).header('retry-after', 1);
      return { ready, live: true };
    },
  );

  // as Triton names them
  const extensions = ['binary_tensor_data', ...(canLoad ? ['model_repository'] : [])];
  for (const url of ['/v2', '/v2/'])
    app.get(
      url,
      {
        config: config('metadata', 'what the server is', { isTagged: true }),
        schema: { response: { 200: ServerMetadata } },
      },
      async () => {
        return { name: 'housing', version: serviceVersion, extensions };
      },
    );

  for (const url of ['/v2/models/:name', '/v2/models/:name/versions/:version']) {
    app.get(
      url,
      {
        config: config('metadata', 'the tensors of a model', { isTagged: true, namesModel: true }),
        schema: { params: ModelParams, response: { 200: ModelMetadata } },
      },
      async (request, reply) => {
        const served = models.find(request.params.name, request.params.version);
        tellModel(reply, served);
        return describeModel(served, models);
      },
    );

    app.get(
      `${url}/ready`,
      {
        config: config('open', 'whether a model serves', { problems: ['not_ready'] }),
        schema: { params: ModelParams, response: { 200: ModelReady } },
        logLevel,
      },
      async (request) => {
        const { name } = findOpenly(models, request.params.name, request.params.version);
        // no pod is to be sent requests for a model that it will not have for long
        expectReady(health);
        return { name, ready: true };
      },
    );
  }

  app.get(
    '/v2/models',
    {
      config: config('metadata', 'name, version and state of every model', { isTagged: true }),
      schema: { response: { 200: ModelIndex } },
    },
    async () => listModels(models),
  );

  const response = { 200: ModelIndex };
  app.post<{ Body: Body | undefined }>(
    '/v2/repository/index',
    {
      config: config('metadata', 'the same, or of those alone that serve', { body: 'index' }),
      schema: { response },
      bodyLimit: 2 ** 16,
    },
    async ({ body }) => {
      const isReadyAsked = readReady(body?.json);
      return listModels(models).filter(({ state }) => !isReadyAsked || state === 'READY');
    },
  );
};

function describeModel({ name, model }: ServedModel, models: Models): ModelMetadata {
  return {
    name,
    // those that can be asked, which are not all in the index
    versions: models.list().flatMap((one) => (one.name === name ? String(one.version) : [])),
    platform: 'sklearn_housing-model',
    inputs: model.featureNames.map((feature) => ({ name: feature, datatype: 'FP64', shape: [-1] })),
    outputs: [{ ...OUTPUT, shape: [-1] }],
  };
}

function listModels(models: Models): ModelIndex {
  return models.states().map((one) => ({ ...one, version: String(one.version) }));
}

/** Whether only models that are ready are asked for; a body may be left out. */
function readReady(json: unknown = {}): boolean {
  if (!isObject(json)) throw new Problem('wrong_type', `expected an object, got ${show(json)}`, '');
  const { ready = false } = json;
  if (typeof ready === 'boolean') return ready;
  throw new Problem('wrong_type', `expected true or false, got ${show(ready)}`, '/ready');
}
