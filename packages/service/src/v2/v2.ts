import type { FastifyPluginAsync } from 'fastify';
import type { HealthOptions } from '../health.js';
import type { Models } from '../models.js';
import { acceptTensors } from './body.js';
import { infer } from './infer.js';
import { metadata } from './metadata.js';

export interface V2Options extends HealthOptions {
  readonly models: Models;
  readonly maxRows: number;
}

/** The Open Inference Protocol, version 2, with binary tensors: what clients of KServe, Triton and MLServer speak. */
export const v2: FastifyPluginAsync<V2Options> = async (app, { models, maxRows, ...health }) => {
  acceptTensors(app);
  app.register(metadata, { models, ...health });
  app.register(infer, { models, maxRows });
};
