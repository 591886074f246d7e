import type { FastifyInstance, FastifySchema } from 'fastify';
import type { AccessSettings } from '../access/open-access.js';
import type { Scope } from '../access/scopes.js';
import type { ProblemCode } from '../problems.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the documents say of a route beside its schema. Validation has no part in it: it costs a request nothing. */
    docs?: RouteDocs;
  }
}

/** The sections of the documents, in their order. */
export const sections = {
  Predictions: 'Rows in any of the shapes that pandas writes.',
  Models: 'What is served.',
  'Open Inference Protocol': 'What clients of KServe, Triton and MLServer speak, version 2, with binary tensors.',
  MLflow: "MLflow's scoring protocol, which SageMaker's containers speak too.",
  'TensorFlow Serving': "TensorFlow Serving's protocol, which is KServe's version 1.",
  Health: 'What balancers and orchestrators ask.',
  Documents: 'What people and their tools read.',
} as const;

/** How a body is read: rows in a dialect, the filter of the index of models, what is to be loaded, or JSON that is left aside. */
export type BodyKind = 'table' | 'inference' | 'invocation' | 'instances' | 'index' | 'load' | 'ignored';

export interface RouteDocs {
  readonly section: keyof typeof sections;
  readonly summary: string;
  /** None where no body is read. */
  readonly body?: BodyKind;
  /** The schemas of what a 200 carries, by media type, beside the JSON of the route's own schema. */
  readonly answers?: Readonly<Record<string, object>>;
  /** Whether its answers carry an `ETag`. */
  readonly isTagged?: boolean;
  /** Whether its answers name in headers the model that they are of. */
  readonly namesModel?: boolean;
  /** How it can fail, beside what follows from its method, path and body. */
  readonly problems?: readonly ProblemCode[];
}

/** The `config` of a route that the documents describe. */
export function documented(
  section: RouteDocs['section'],
  summary: string,
  more: Omit<RouteDocs, 'section' | 'summary'> = {},
): { docs: RouteDocs } {
  return { docs: { section, summary, ...more } };
}

/** What a route needs of a client. */
export interface Needs {
  readonly scope: Scope;
  readonly auth: 'keys' | 'jwt';
}

/** A route that the documents describe. */
export interface DocumentedRoute {
  readonly method: string;
  /** As Fastify has it, `/models/:name`. */
  readonly url: string;
  /** What it answers in JSON, by status: what its answers are written by. */
  readonly responses: Readonly<Record<string, object>>;
  readonly docs: RouteDocs;
  /** Whether it is for everybody, however often. */
  readonly isOpen: boolean;
  /** Whether it is for nobody: for administrators, where there are none. */
  readonly isClosed: boolean;
  /** What a client must be allowed to do, and how it says who it is, where anybody asks. */
  readonly needs: Needs | undefined;
}

/**
 * Collects the routes that are added from here on and have documents; `HEAD` goes with `GET`.
 *
 * @param auth how a client must say who it is
 */
export function collectRoutes(app: FastifyInstance, auth: AccessSettings['auth']): readonly DocumentedRoute[] {
  const routes: DocumentedRoute[] = [];
  app.addHook('onRoute', ({ method, url, schema, config }) => {
    if (config?.docs === undefined || method === 'HEAD') return;
    const { docs, scope = 'admin' } = config;
    const isOpen = scope === 'open';
    const isClosed = scope === 'admin' && auth === 'none';
    const needs = scope === 'open' || auth === 'none' ? undefined : { scope, auth };
    for (const one of [method].flat())
      routes.push({ method: one, url, responses: responsesOf(schema), docs, isOpen, isClosed, needs });
  });
  return routes;
}

function responsesOf({ response }: FastifySchema = {}): Readonly<Record<string, object>> {
  return { ...(typeof response === 'object' ? response : {}) };
}
