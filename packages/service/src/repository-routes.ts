import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.js';
import { logChanges } from './reload.js';
import type { ModelRepository } from './repository.js';
import { ModelName } from './schemas.js';

/** What loads and unloads models over HTTP, and for whom. */
export interface Admin {
  readonly repository: ModelRepository;
  isAdmin(request: FastifyRequest): boolean;
}

/** `POST /v2/repository/models/NAME/load` and `/unload`, as the Open Inference Protocol has them; without an admin for nobody. */
export const repositoryRoutes: FastifyPluginAsyncTypebox<{ admin: Admin | undefined }> = async (app, { admin }) => {
  // they say no more than a few parameters
  const options = { schema: { params: ModelName }, bodyLimit: 2 ** 16 };

  app.post('/v2/repository/models/:name/load', options, async (request) => {
    const { name } = request.params;
    const changes = await expectAdmin(admin, request).load(name);
    logChanges(request.log, changes);
    const failed = changes.find(({ change }) => change === 'failed');
    if (failed === undefined) return {};
    throw new Problem('load_failed', `expected ${name} ${failed.version} to load, got: ${failed.reason}`);
  });

  app.post('/v2/repository/models/:name/unload', options, async (request) => {
    logChanges(request.log, await expectAdmin(admin, request).unload(request.params.name));
    return {};
  });
};

function expectAdmin(admin: Admin | undefined, request: FastifyRequest): ModelRepository {
  if (admin?.isAdmin(request)) return admin.repository;
  throw new Problem('admin_required', 'expected an administrator, got another client');
}
