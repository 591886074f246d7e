import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { openAccess } from './access/open-access.js';
import { buildApp } from './app.js';
import { help } from './help.js';
import { standardOutput } from './lines.js';
import { passedOver } from './models/model-files.js';
import { createReload, logModels } from './models/reload.js';
import { openRepository } from './models/repository.js';
import { watchFolder } from './models/watch-folder.js';
import { readSettings } from './settings.js';
import { onEnding, onHangUp } from './signals.js';
import { tracing } from './tracing/tracing.js';

try {
  const { values } = parseArgs({ options: { help: { type: 'boolean' } } });
  if (values.help) console.log(help());
  else await serve();
} catch (error) {
  console.error(describe(error));
  process.exit(1);
}

async function serve(): Promise<void> {
  const {
    modelsDir,
    modelsWatch,
    logLevel: level,
    host,
    port,
    defaultModel,
    drainDelay,
    ...settings
  } = readSettings(process.env);
  const repository = openRepository(modelsDir, defaultModel);
  const access = await openAccess(settings);
  // JSON for machines, lines for a person at a terminal
  const stream = process.stdout.isTTY ? (await import('pino-pretty')).default({ sync: true }) : standardOutput();
  const stopping = new AbortController();
  const app = buildApp({
    models: repository.models,
    repository,
    authenticate: access.authenticate,
    logger: { level, stream },
    stopping: stopping.signal,
    instrument: await tracing(process.env),
    ...settings,
  });

  for (const file of passedOver(modelsDir))
    app.log.warn(
      `${join(modelsDir, file)}: expected NAME.json, NAME of letters, digits, ".", "_" and "-", or NAME/VERSION.json, passed over`,
    );
  logModels(app.log, repository.models);
  app.addHook('onClose', access.follow(app.log));
  const reload = createReload(repository, app.log);
  if (modelsWatch) app.addHook('onClose', watchFolder(modelsDir, reload));
  onHangUp(reload);
  await app.listen({ host, port });
  onEnding((signal) => stop(app, stopping, { signal, drainDelay }));
}

async function stop(
  app: FastifyInstance,
  stopping: AbortController,
  { signal, drainDelay }: { signal: NodeJS.Signals; drainDelay: number },
): Promise<void> {
  app.log.info({ signal, drainDelay }, 'stopping');
  stopping.abort();
  // a balancer sends requests until it has seen that the service is not ready
  if (drainDelay > 0) await sleep(drainDelay);
  await app.close();
  app.log.info('stopped');
  // what may still wait is spans for a collector that does not answer
  process.exit();
}

// what the system refuses, by the setting to blame
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, address, port }: NodeJS.ErrnoException & { address?: string; port?: number } = error;
  if (code === 'EADDRINUSE') return `PORT: expected a free one, got ${port}, which is taken at ${address}`;
  if (code === 'EACCES' && port !== undefined) return `PORT: expected one that is allowed, got ${port}`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `HOST: expected an address of this machine, got ${address ?? process.env.HOST}`;
  return error.message;
}
