import type { FastifyBaseLogger } from 'fastify';
import { reasonOf } from '../reason.js';
import type { Models } from './models.js';
import { changeTo, type ModelChange } from './refresh.js';
import type { ModelRepository } from './repository.js';

/** Makes what reloads the models of a repository and tells the log what came of it. */
export function createReload({ reload }: ModelRepository, log: FastifyBaseLogger): () => Promise<void> {
  // what the log was told last, whatever became of the folder meanwhile
  let hasFailed = false;
  return async () => {
    try {
      const changes = await reload();
      if (hasFailed) log.info('models reloaded again');
      hasFailed = false;
      logChanges(log, changes);
    } catch (error) {
      hasFailed = true;
      log.error({ reason: reasonOf(error) }, 'models not reloaded');
    }
  };
}

/** Tells the log which models serve, as those are told that are loaded later. */
export function logModels(log: FastifyBaseLogger, models: Models): void {
  logChanges(
    log,
    models.list().map((served) => changeTo(served, 'loaded')),
  );
}

/** Tells the log what has come of models, a line a version. */
export function logChanges(log: FastifyBaseLogger, changes: readonly ModelChange[]): void {
  for (const change of changes) {
    if (change.change === 'failed') log.error(change, 'model failed');
    else log.info(change, `model ${change.change}`);
  }
}
