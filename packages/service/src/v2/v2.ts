import type { FastifyPluginAsync } from 'fastify';
import { acceptTensors } from './body.js';
import { infer } from './infer.js';
import { type MetadataOptions, metadata } from './metadata.js';

export interface V2Options extends MetadataOptions {
  readonly maxRows: number;
}

/** The Open Inference Protocol, version 2, with binary tensors: what clients of KServe, Triton and MLServer speak. */
export const v2: FastifyPluginAsync<V2Options> = async (app, { models, maxRows, ...options }) => {
  acceptTensors(app);
  app.register(metadata, { models, ...options });
  app.register(infer, { models, maxRows });
};
