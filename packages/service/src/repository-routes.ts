import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { documented } from './docs/route-docs.js';
import type { ModelChange } from './models/refresh.js';
import { logChanges } from './models/reload.js';
import type { ModelRepository } from './models/repository.js';
import { Problem } from './problem.js';
import { ModelName } from './schemas.js';
import { acceptTensors } from './v2/body.js';

export interface RepositoryOptions {
  /** What loads and unloads models, if anything does. */
  readonly repository: ModelRepository | undefined;
}

/** `POST /v2/repository/models/NAME/load` and `/unload`, as the Open Inference Protocol has them. */
export const repositoryRoutes: FastifyPluginAsyncTypebox<RepositoryOptions> = async (app, { repository }) => {
  acceptTensors(app);
  // they say no more than a few parameters
  const options = { schema: { params: ModelName }, bodyLimit: 2 ** 16 };
  const docs = { body: 'ignored', answers: { 'application/json': {} } } as const;

  const load = {
    scope: 'admin',
    ...documented('Open Inference Protocol', 'loads a model', { ...docs, problems: ['admin_required', 'load_failed'] }),
  } as const;
  app.post('/v2/repository/models/:name/load', { ...options, config: load }, async (request) => {
    const { name } = request.params;
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
    ...documented('Open Inference Protocol', 'unloads a model', { ...docs, problems: ['admin_required'] }),
  } as const;
  app.post('/v2/repository/models/:name/unload', { ...options, config: unload }, async (request) => {
    logActs(request, await expectRepository(repository).unload(request.params.name));
    return {};
  });
};

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
