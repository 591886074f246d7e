import type { Models } from '../models/models.js';
import type { DialectName } from './dialects.js';
import type { ModelComponents } from './model-components.js';
import type { Content, MediaType, Operation, Reference, RequestBody, Schema } from './openapi.js';
import { parametersOf, pathOf } from './parameters.js';
import { describeResponses } from './responses.js';
import type { BodyKind, DocumentedRoute } from './route-docs.js';
import { securityOf } from './security.js';

/** Describes a route, for the models that it may ask. */
export function describeOperation(
  route: DocumentedRoute,
  models: Models,
  described: readonly ModelComponents[],
): Operation {
  const { section, summary } = route.docs;
  // what nobody may send is not read
  const body = route.isClosed ? undefined : route.docs.body;
  // of the default the highest version that serves
  const asked = route.url.includes(':name') ? described : described.filter(isOfDefault).slice(-1);
  const parameters = parametersOf(route, models);
  return {
    operationId: operationIdOf(route),
    tags: [section],
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: describeBody(body, asked) }),
    ...(route.needs === undefined ? {} : { security: securityOf(route.needs) }),
    responses: describeResponses(route, answersOf(body, asked)),
  };

  function isOfDefault({ served }: ModelComponents): boolean {
    return served.name === models.defaultName;
  }
}

/** `postModelsNamePredict` for `POST /models/:name/predict`. */
function operationIdOf(route: DocumentedRoute): string {
  const words = pathOf(route).match(/\w+/g) ?? ['home'];
  // `/v2` and `/v2/` are two
  const end = /.\/$/.test(route.url) ? 'Slash' : '';
  return route.method.toLowerCase() + words.map((word) => word[0].toUpperCase() + word.slice(1)).join('') + end;
}

function describeBody(kind: BodyKind, asked: readonly ModelComponents[]): RequestBody {
  if (kind === 'index') return { required: false, content: { 'application/json': { schema: indexSchema } } };
  if (kind === 'load') return { required: false, content: { 'application/json': { schema: loadSchema } } };
  if (kind === 'ignored') return { required: false, content: { 'application/json': {} } };
  const content = mergeContent(asked.map(({ requests }) => requests[kind]));
  return { required: true, content: { ...content, ...otherContent[kind] } };
}

const indexSchema = {
  type: 'object',
  properties: { ready: { type: 'boolean', description: 'whether only models that serve are asked for' } },
};

const loadSchema = {
  properties: {
    parameters: {
      description: 'left aside, but for those that send a model along, which are refused',
      propertyNames: { not: { anyOf: [{ const: 'config' }, { pattern: '^file:' }] } },
    },
  },
};

const otherContent: Partial<Record<DialectName, Content>> = {
  // JSON that binary tensors follow
  inference: { 'application/octet-stream': {} },
};

/** The bodies of several models, of which a request has any. */
function mergeContent(contents: readonly Content[]): Content {
  const types = new Set(['application/json', ...contents.flatMap((content) => Object.keys(content))]);
  return Object.fromEntries([...types].map((type) => [type, mergeMedia(contents.flatMap((one) => one[type] ?? []))]));
}

function mergeMedia(media: readonly MediaType[]): MediaType {
  const schemas = media.flatMap(({ schema }) => (schema === undefined ? [] : [schema]));
  return { ...anyOf(schemas), examples: Object.assign({}, ...media.map(({ examples }) => examples)) };
}

function anyOf(schemas: readonly Schema[]): { schema?: Schema } {
  if (schemas.length === 0) return {};
  return { schema: schemas.length === 1 ? schemas[0] : { anyOf: schemas } };
}

function answersOf(body: BodyKind | undefined, asked: readonly ModelComponents[]): Record<string, Reference> {
  if (body === undefined) return {};
  return Object.assign({}, ...asked.map(({ answers }) => answers[body]));
}
