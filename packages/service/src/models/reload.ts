import type { FastifyBaseLogger } from 'fastify';
import type { ModelChange } from './refresh.js';
import type { ModelRepository } from './repository.js';
import { reasonOf } from './served-model.js';

/** Reloads models, and tells the log what came of it. */
export async function reloadModels({ models, reload }: ModelRepository, log: FastifyBaseLogger): Promise<void> {
  const wasRefused = models.isFolderRefused();
  try {
    const changes = await reload();
    if (wasRefused) log.info('models reloaded again');
    logChanges(log, changes);
  } catch (error) {
    log.error({ reason: reasonOf(error) }, 'models not reloaded');
  }
}

/** Tells the log what has come of models, a line a version. */
export function logChanges(log: FastifyBaseLogger, changes: readonly ModelChange[]): void {
  for (const change of changes) {
    if (change.change === 'failed') log.error(change, 'model failed');
    else log.info(change, `model ${change.change}`);
  }
}
