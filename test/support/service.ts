import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { type AppOptions, buildApp, readModels, type ServedModel } from '@housing/service';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import type { Test } from 'tap';

/** The folder of the shipped models. */
export const shippedFolder = dirname(createRequire(import.meta.url).resolve('@housing/model/models/housing.json'));

const shippedModels = readModels(shippedFolder);

/** The shipped model of a name. */
export function servedModel(name: 'housing' | 'housing-flask'): ServedModel {
  const served = shippedModels.find((model) => model.name === name);
  if (served === undefined) throw new Error(`expected the shipped model ${name}, got none`);
  return served;
}

/** The app as production builds it, with the shipped models, closed when the test ends. */
export function build(t: Test, options: Partial<AppOptions> = {}): FastifyInstance {
  const app = buildApp({ models: shippedModels, ...options });
  t.teardown(() => app.close());
  return app;
}

/** Posts JSON, given as text or as what is to become text. */
export function post(app: FastifyInstance, url: string, body: unknown): Promise<LightMyRequestResponse> {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  return app.inject({ method: 'POST', url, headers: { 'content-type': 'application/json' }, payload });
}
