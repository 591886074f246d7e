import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { answer } from './answer.js';
import { documented } from './docs/route-docs.js';
import { tagAnswers } from './http/entity-tags.js';
import type { ModelState, Models } from './models/models.js';
import { Problem } from './problem.js';
import { readInstances } from './rows/instances.js';
import { expectObject } from './rows/rows.js';
import { ModelNames, ModelParams, ModelStatus, Predictions } from './schemas.js';

export interface V1Options {
  readonly models: Models;
  readonly maxRows: number;
}

/**
 * `POST /v1/models/NAME[/versions/VERSION]:predict` and `GET /v1/models/NAME[/versions/VERSION]`, as TensorFlow Serving and KServe's
 * first protocol have them, and `GET /v1/models`, which is of the second alone.
 */
export const v1: FastifyPluginAsyncTypebox<V1Options> = async (app, { models, maxRows }) => {
  tagAnswers(app);
  const params = ModelParams;

  const lists = documented('TensorFlow Serving', 'the names of all models', { isTagged: true });
  app.get(
    '/v1/models',
    { config: { scope: 'metadata', ...lists }, schema: { response: { 200: ModelNames } } },
    async () => {
      return { models: [...new Set(models.states().map(({ name }) => name))] };
    },
  );

  const whether = documented('TensorFlow Serving', 'whether a model serves', { isTagged: true });
  const status = { params, response: { 200: ModelStatus } };
  // what stands behind a colon is asked of a model, and no part of its name
  for (const url of ['/v1/models/:name([^:]+)', '/v1/models/:name/versions/:version([^:]+)'])
    app.get(
      url,
      { config: { scope: 'metadata', ...whether }, schema: status },
      async ({ params: { name, version } }) => {
        // refuses what does not serve, as KServe has it
        models.find(name, version);
        const states = models.states().filter((state) => state.name === name);
        const asked = states.filter((state) => version === undefined || String(state.version) === version);
        return { name, ready: true, model_version_status: asked.map(describeState) };
      },
    );

  const asks = documented('TensorFlow Serving', 'asks a model', { body: 'instances' });
  const schema = { params, response: { 200: Predictions } };
  // a doubled colon is the colon itself
  for (const url of ['/v1/models/:name([^:]+)::predict', '/v1/models/:name/versions/:version([^:]+)::predict'])
    app.post(url, { config: { scope: 'predict', ...asks }, schema }, (request, reply) => {
      const served = models.find(request.params.name, request.params.version);
      const reader = { predictor: served.predictor, maxRows };
      return answer(request, reply, served, () => ({
        rows: readInstances(expectInstances(request.body), reader, '/instances'),
        write: (predictions) => ({ predictions }),
      }));
    });
};

// TensorFlow Serving takes columns as `inputs`, and refuses both at once: which are meant is not to be guessed
function expectInstances(body: unknown): unknown {
  const { instances, inputs } = expectObject(body);
  if (inputs === undefined) return instances;
  const got = instances === undefined ? 'inputs' : 'inputs too';
  throw new Problem('unknown_key', `expected instances alone, got ${got}`, '/inputs');
}

// the states of TensorFlow Serving
function describeState({ version, state, reason }: ModelState) {
  const serves = state === 'READY';
  return {
    version: String(version),
    state: serves ? 'AVAILABLE' : 'END',
    status: serves ? { error_code: 'OK', error_message: '' } : { error_code: 'UNKNOWN', error_message: reason },
  };
}
