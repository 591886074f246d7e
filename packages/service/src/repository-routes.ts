import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { documented } from './docs/route-docs.js';
import type { ModelChange } from './models/refresh.js';
import { logChanges } from './models/reload.js';
import type { ModelRepository } from './models/repository.js';
import { Problem, pointerTo } from './problem.js';
import { isObject } from './rows/rows.js';
import { ModelName } from './schemas.js';
import { acceptTensors, type Body } from './v2/body.js';

export interface RepositoryOptions {
  /** What loads and unloads models, if anything does. */
  readonly repository: ModelRepository | undefined;
}

interface LoadRoute {
  Params: { name: string };
  Body: Body | undefined;
}

/** `POST /v2/repository/models/NAME/load` and `/unload`, as the Open Inference Protocol has them. */
export const repositoryRoutes: FastifyPluginAsyncTypebox<RepositoryOptions> = async (app, { repository }) => {
  acceptTensors(app);
  // they say no more than a few parameters
  const options = { schema: { params: ModelName }, bodyLimit: 2 ** 16 };
  const answers = { 'application/json': {} };
  const stays = ['admin_required'] as const;

  const load = {
    scope: 'admin',
    ...documented('Open Inference Protocol', 'loads a model', {
      body: 'load',
      answers,
      problems: repository === undefined ? stays : ['load_failed'],
    }),
  } as const;
  app.post<LoadRoute>('/v2/repository/models/:name/load', { ...options, config: load }, async (request) => {
    const { name } = request.params;
    expectNoModel(request.body?.json);
    const changes = await expectRepository(repository)
      .load(name)
      .catch((error) => logRefusal(request, error));
    logActs(request, changes);
    const failed = changes.find(({ change }) => change === 'failed');
    if (failed === undefined) return {};
    throw new Problem('load_failed', `expected ${name} ${failed.version} to load, got: ${failed.reason}`);
  });

  const unload = {
    scope: 'admin',
    ...documented('Open Inference Protocol', 'unloads a model', {
      body: 'ignored',
      answers,
      problems: repository === undefined ? stays : [],
    }),
  } as const;
  app.post('/v2/repository/models/:name/unload', { ...options, config: unload }, async (request) => {
    logActs(request, await expectRepository(repository).unload(request.params.name));
    return {};
  });
};

// of Triton's extension: who sends a model would take it for the one that serves
function expectNoModel(json: unknown): void {
  const { parameters } = isObject(json) ? json : {};
  const names = Object.keys(isObject(parameters) ? parameters : {});
  const sent = names.find((name) => name === 'config' || name.startsWith('file:'));
  if (sent === undefined) return;
  const detail = 'expected a model from its files, got one that is sent along';
  throw new Problem('unknown_key', detail, pointerTo('parameters', sent));
}

function expectRepository(repository: ModelRepository | undefined): ModelRepository {
  if (repository !== undefined) return repository;
  throw new Problem('admin_required', 'expected a service that loads models, got one whose models stay');
}

/** Tells the log what has come of models, and by whom. */
function logActs({ log, client }: Pick<FastifyRequest, 'log' | 'client'>, changes: readonly ModelChange[]): void {
  logChanges(log.child({ client: client?.name }), changes);
}

/** Tells the log why no file was read, and for whom. */
function logRefusal({ log, client }: Pick<FastifyRequest, 'log' | 'client'>, error: unknown): never {
  if (error instanceof Problem && error.code === 'load_failed')
    log.error({ client: client?.name, reason: error.message }, 'model not loaded');
  throw error;
}
