import type { Socket } from 'node:net';
import { type FastifyInstance, type FastifyServerOptions, fastify, LogController } from 'fastify';
import { controlAccess } from './access/access.js';
import type { Authenticate } from './access/client.js';
import type { AccessSettings } from './access/open-access.js';
import { describe } from './describe.js';
import { docs } from './docs/docs.js';
import { collectRoutes } from './docs/route-docs.js';
import { health } from './health.js';
import { home } from './home.js';
import { answerTogether } from './http/answer-together.js';
import { answerClientError, refuseTunnels } from './http/client-errors.js';
import { closeConnections } from './http/closing.js';
import { compressAnswers } from './http/compress.js';
import { allowOrigins } from './http/cors.js';
import { askForBodies } from './http/expectations.js';
import { inflateBodies } from './http/inflate.js';
import { acceptJson } from './http/json.js';
import { collectMethods, refuseOtherMethods } from './http/methods.js';
import { expectHeaders } from './http/request-headers.js';
import { secureAnswers } from './http/security-headers.js';
import { stripPorts } from './http/trusted-proxies.js';
import { closeWaitingAnswers } from './http/waiting-answers.js';
import { boundBytes } from './limits/bytes-in-flight.js';
import { boundWork } from './limits/overload.js';
import { limitRate } from './limits/rate-limit.js';
import { logRequests, requestId } from './log.js';
import { exposeMetrics } from './metrics/metrics.js';
import { createProblemCounts } from './metrics/problem-counts.js';
import { mlflow } from './mlflow.js';
import type { Models } from './models/models.js';
import type { ModelRepository } from './models/repository.js';
import { predict } from './predict.js';
import { answerProblems, answerUnrouted } from './refusals.js';
import { repositoryRoutes } from './repository-routes.js';
import { v1 } from './v1.js';
import { v2 } from './v2/v2.js';

export interface AppOptions {
  /** Asked anew for each request. */
  readonly models: Models;
  /** Finds who sends a request; by default nobody has to say, and nobody is an administrator. */
  readonly authenticate?: Authenticate | undefined;
  /** What `authenticate` goes by, for the documents: keys by default. */
  readonly auth?: AccessSettings['auth'];
  /** What administrators load and unload models in; nothing by default. */
  readonly repository?: ModelRepository;
  /** How many rows a request may have; 100,000 by default. More are refused with 413. */
  readonly maxRows?: number;
  /** How long a body may be; 32 MiB by default. The rest of a longer one is dropped, and 413 the answer. */
  readonly maxBytes?: number;
  /** How many posted requests may be in flight; 256 by default. More are refused with 503. */
  readonly maxInFlight?: number;
  /** How many bytes the bodies in flight may hold together; 256 MiB by default. More are refused with 503. */
  readonly maxBytesInFlight?: number;
  /** How many requests a client may send in a minute; any number by default. More are refused with 429. */
  readonly rateLimit?: number;
  /** The proxies, as addresses or ranges of them, whose `X-Forwarded-For` is believed; none by default. */
  readonly trustProxy?: readonly string[];
  /** The origins whose scripts may ask, `*` for all; none by default. */
  readonly corsOrigins?: readonly string[];
  /** For how many seconds a browser shall come by TLS alone; nothing is said of it by default. */
  readonly hstsMaxAge?: number;
  /** Whether `GET /metrics` tells Prometheus of requests, models and drift; by default it does. */
  readonly metrics?: boolean;
  /** Whether requests may come, for `/health/ready`; by default they may, since the models have verified. */
  readonly isReady?: () => boolean;
  /** Fails `/health/ready` and ends each connection with its next answer, so that none is lost when the app closes. */
  readonly stopping?: AbortSignal;
  /** Gets the app before it has any hook or route, to trace what they do. */
  readonly instrument?: ((app: FastifyInstance) => void) | undefined;
  /** Fastify's setting; no log by default. */
  readonly logger?: FastifyServerOptions['logger'];
}

/** Builds the service around models that have verified. */
export function buildApp(options: AppOptions): FastifyInstance {
  const {
    models,
    repository,
    authenticate,
    auth = 'keys',
    maxRows = 100_000,
    maxBytes = 32 * 2 ** 20,
    logger = false,
  } = options;
  const { metrics = true, maxInFlight = 256, maxBytesInFlight = 256 * 2 ** 20 } = options;
  const { rateLimit = 0, trustProxy = [], corsOrigins = [], hstsMaxAge = 0 } = options;
  const { isReady = () => true, stopping = new AbortController().signal } = options;
  const canLoad = repository !== undefined && authenticate !== undefined;
  const problems = createProblemCounts();
  const app = fastify({
    logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    requestIdHeader: false,
    bodyLimit: maxBytes,
    trustProxy: trustProxy.length > 0 && [...trustProxy],
    // for a whole request to arrive: slow clients hold no socket for longer
    requestTimeout: 60_000,
    // for nothing at all to pass: who does not read an answer holds its place no longer
    connectionTimeout: 120_000,
    // its answer would be no problem document
    return503OnClosing: false,
    // a longer name of a model is an unknown one too: the headers bound it
    routerOptions: { maxParamLength: 2 ** 16 },
    // without a host, or with two, a request is refused as others are
    http: { requireHostHeader: false, joinDuplicateHeaders: true },
    clientErrorHandler: refuseClient,
    frameworkErrors: (error, request, reply) => answerUnrouted(error, request, reply, { problems, hstsMaxAge }),
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    // many numbers, which are known to be finite, go faster this way
    serializerOpts: { largeArrayMechanism: 'json-stringify', largeArraySize: 100 },
  });

  function refuseClient(error: Error, socket: Socket): void {
    answerClientError(error, socket, lastAnswer(socket), { problems, hstsMaxAge, log: app.log });
  }

  options.instrument?.(app);
  logRequests(app);
  if (trustProxy.length > 0) stripPorts(app);
  secureAnswers(app, hstsMaxAge);
  expectHeaders(app);
  allowOrigins(app, corsOrigins);
  answerProblems(app, problems);
  askForBodies(app);
  acceptJson(app);
  const lastAnswer = closeConnections(app, stopping);
  refuseTunnels(app.server, refuseClient);
  closeWaitingAnswers(app);
  limitRate(app, rateLimit);
  controlAccess(app, authenticate);
  const inFlight = boundWork(app, maxInFlight);
  inflateBodies(app);
  boundBytes(app, Math.max(maxBytesInFlight, maxBytes));
  answerTogether(app, inFlight, maxInFlight);
  compressAnswers(app);
  const allowed = collectMethods(app);
  const routes = collectRoutes(app, authenticate === undefined ? 'none' : auth);
  if (metrics) exposeMetrics(app, { models, problems, inFlight, maxInFlight });
  app.register(home, { models });
  app.register(health, { isReady, stopping });
  app.register(describe, { models });
  app.register(predict, { models, maxRows });
  app.register(v2, { models, maxRows, canLoad, isReady, stopping });
  app.register(v1, { models, maxRows });
  app.register(mlflow, { models, maxRows, isReady, stopping });
  app.register(repositoryRoutes, { repository });
  app.register(docs, { models, routes });
  app.register(refuseOtherMethods, { allowed });
  return app;
}
