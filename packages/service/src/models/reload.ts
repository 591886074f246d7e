import type { FastifyBaseLogger } from 'fastify';
import { reasonOf } from '../reason.js';
import type { Models } from './models.js';
import { changeTo, type ModelChange } from './refresh.js';
import type { ModelRepository } from './repository.js';

/**
 * Makes what reloads the models of a repository, or reads again what could not be read, and tells the log what came of it. To try
 * that again tells only what is new.
 */
export function createReload(
  { reload }: ModelRepository,
  log: FastifyBaseLogger,
): (isRetry?: boolean) => Promise<void> {
  // of the folder, as the log was told last, whatever became of it meanwhile
  let fault = '';
  return async (isRetry = false) => {
    try {
      const changes = await reload(isRetry);
      if (fault !== '') log.info('models reloaded again');
      fault = '';
      logChanges(log, changes);
    } catch (error) {
      const reason = reasonOf(error);
      if (!isRetry || reason !== fault) log.error({ reason }, 'models not reloaded');
      fault = reason;
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
  for (const { change, reason, ...model } of changes) {
    const line = { ...model, reason: reason || undefined };
    if (change === 'failed') log.error(line, 'model failed');
    else log.info(line, `model ${change}`);
  }
}
