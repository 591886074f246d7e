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

const shipped = openRepository(shippedFolder);
const shippedModels = shipped.models.list();

// the routes and what they answer are the same for all models
const client = { name: 'test', scopes: new Set<never>() };
const authenticate = () => client;
const promised = {
  none: await documentFor({}),
  keys: await documentFor({ authenticate }),
  loading: await documentFor({ authenticate, repository: shipped }),
  jwt: await documentFor({ authenticate, auth: 'jwt' }),
};

async function documentFor(options: Omit<AppOptions, 'models'>): Promise<OpenApi> {
  return openApiOf(buildApp({ ...options, models: gatherModels(shippedModels) }));
}

function promisedTo({ authenticate, auth, repository }: BuildOptions): OpenApi {
  if (authenticate === undefined) return promised.none;
  if (auth === 'jwt') return promised.jwt;
  return repository === undefined ? promised.keys : promised.loading;
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
  expectDocumented(t, app, promisedTo(options));
  t.teardown(() => app.close());
  return app;
}

/** Posts JSON, given as text or as what is to become text. */
export function post(app: FastifyInstance, url: string, body: unknown): Promise<LightMyRequestResponse> {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  return app.inject({ method: 'POST', url, headers: { 'content-type': 'application/json' }, payload });
}
