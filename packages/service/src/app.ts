import { type FastifyInstance, type FastifyServerOptions, fastify, LogController } from 'fastify';
import { closeConnections } from './closing.js';
import { describe } from './describe.js';
import { health } from './health.js';
import { home } from './home.js';
import { acceptJson } from './json.js';
import { logRequests, requestId } from './log.js';
import { collectMethods, refuseOtherMethods } from './methods.js';
import { mlflow } from './mlflow.js';
import { chooseDefault, type ServedModel } from './models.js';
import { predict } from './predict.js';
import { answerClientError, answerProblems, sendProblem } from './refusals.js';
import { v1 } from './v1.js';
import { v2 } from './v2/v2.js';
import { versionsOf } from './versions.js';

export interface AppOptions {
  readonly models: readonly ServedModel[];
  /** The name of the model that `/predict` asks; by default the only one, or `housing`. */
  readonly defaultModel?: string | undefined;
  /** How many rows a request may have; 100,000 by default. More are refused with 413. */
  readonly maxRows?: number;
  /** How long a body may be; 32 MiB by default. The rest of a longer one is dropped, and 413 the answer. */
  readonly maxBytes?: number;
  /** Fastify's setting; no log by default. */
  readonly logger?: FastifyServerOptions['logger'];
}

/**
 * Builds the service around models that have verified.
 *
 * @throws Error where there is no default model
 */
export function buildApp(options: AppOptions): FastifyInstance {
  const { models, maxRows = 100_000, maxBytes = 32 * 2 ** 20, logger = false } = options;
  const defaultModel = chooseDefault(models, options.defaultModel);
  const versions = versionsOf(models);
  const app = fastify({
    logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    requestIdHeader: false,
    bodyLimit: maxBytes,
    // for a whole request to arrive: slow clients hold no socket for longer
    requestTimeout: 60_000,
    // a longer name of a model is an unknown one too: the headers bound it
    routerOptions: { maxParamLength: 2 ** 16 },
    // without one a request is refused as others are
    http: { requireHostHeader: false },
    clientErrorHandler: answerClientError,
    frameworkErrors: sendProblem,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    // many numbers, which are known to be finite, go faster this way
    serializerOpts: { largeArrayMechanism: 'json-stringify', largeArraySize: 100 },
  });

  logRequests(app);
  answerProblems(app);
  acceptJson(app);
  closeConnections(app);
  const allowed = collectMethods(app);
  app.register(home, { defaultModel });
  app.register(health);
  app.register(describe, { models, defaultModel });
  app.register(predict, { models, defaultModel, maxRows });
  app.register(v2, { versions, maxRows });
  app.register(v1, { versions, maxRows });
  app.register(mlflow, { defaultModel, maxRows });
  app.register(refuseOtherMethods, { allowed });
  return app;
}
