import type { FastifyPluginAsync } from 'fastify';
import type { Versions } from '../versions.js';
import { acceptTensors } from './body.js';
import { infer } from './infer.js';
import { metadata } from './metadata.js';

export interface V2Options {
  readonly versions: Versions;
  readonly maxRows: number;
}

/** The Open Inference Protocol, version 2, with binary tensors: what clients of KServe, Triton and MLServer speak. */
export const v2: FastifyPluginAsync<V2Options> = async (app, { versions, maxRows }) => {
  acceptTensors(app);
  app.register(metadata, { versions });
  app.register(infer, { versions, maxRows });
};
