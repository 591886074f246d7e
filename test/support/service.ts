import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import {
  type AppOptions,
  buildApp,
  gatherModels,
  type Models,
  openRepository,
  type ServedModel,
} from '@housing/service';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import type { Test } from 'tap';
import { expectDocumented, type OpenApi, openApiOf } from './openapi.js';

/** The folder of the shipped models. */
export const shippedFolder = dirname(createRequire(import.meta.url).resolve('@housing/model/models/housing.json'));

const shippedModels = openRepository(shippedFolder).models.list();

// the routes and what they answer are the same for all models; closed ones are promised to refuse more
const promised = { keys: await documentFor('keys'), jwt: await documentFor('jwt') };

async function documentFor(auth: 'keys' | 'jwt'): Promise<OpenApi> {
  const client = { name: 'test', scopes: new Set<never>() };
  return openApiOf(buildApp({ models: gatherModels(shippedModels), authenticate: () => client, auth }));
}

/** The shipped model of a name. */
export function servedModel(name: 'housing' | 'housing-flask'): ServedModel {
  return gatherModels(shippedModels).find(name);
}

export interface BuildOptions extends Partial<Omit<AppOptions, 'models'>> {
  readonly models?: Models | readonly ServedModel[];
  readonly defaultModel?: string;
}

/**
 * The app as production builds it, by default with the shipped models, closed when the test ends. What it answers is held to its
 * OpenAPI document.
 */
export function build(
  t: Test,
  { models = shippedModels, defaultModel, ...options }: BuildOptions = {},
): FastifyInstance {
  const app = buildApp({ ...options, models: 'states' in models ? models : gatherModels(models, defaultModel) });
  expectDocumented(t, app, promised[options.auth === 'jwt' ? 'jwt' : 'keys']);
  t.teardown(() => app.close());
  return app;
}

/** Posts JSON, given as text or as what is to become text. */
export function post(app: FastifyInstance, url: string, body: unknown): Promise<LightMyRequestResponse> {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  return app.inject({ method: 'POST', url, headers: { 'content-type': 'application/json' }, payload });
}
