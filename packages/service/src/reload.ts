import type { FastifyBaseLogger } from 'fastify';
import type { ModelRepository } from './repository.js';
import { reasonOf } from './served-model.js';

/** Reloads models, and tells the log what came of it. */
export async function reloadModels({ reload }: ModelRepository, log: FastifyBaseLogger): Promise<void> {
  try {
    for (const change of await reload()) {
      if (change.change === 'failed') log.error(change, 'model failed');
      else log.info(change, `model ${change.change}`);
    }
  } catch (error) {
    log.error({ reason: reasonOf(error) }, 'models not reloaded');
  }
}
