import type { Models } from '../models/models.js';
import { problems } from '../problems.js';
import type { Parameter, Schema } from './openapi.js';
import type { DocumentedRoute } from './route-docs.js';

/** The path of a route as OpenAPI has it: `/v1/models/{name}:predict` for `/v1/models/:name([^:]+)::predict`. */
export function pathOf({ url }: Pick<DocumentedRoute, 'url'>): string {
  return url.replace(/::|:(\w+)(\([^)]*\))?/g, (all, name) => (all === '::' ? ':' : `{${name}}`));
}

/** What a request is told by beside its body: the parameters of the path, with the values that are known now, and headers. */
export function parametersOf(route: DocumentedRoute, models: Models): Parameter[] {
  const inPath = [...pathOf(route).matchAll(/\{(\w+)\}/g)].map(([, name]) => inPathOf(name, models));
  const { body, isTagged } = route.docs;
  return [
    ...inPath,
    ...(body === 'inference' ? [inHeader('Inference-Header-Content-Length', lengthOfJson)] : []),
    ...(isTagged ? [inHeader('If-None-Match', tags)] : []),
  ];
}

const lengthOfJson = {
  description: 'how many bytes of JSON stand before the binary tensors; all, by default',
  schema: { type: 'integer', minimum: 1 },
};

const tags = {
  description: 'tags of answers that the client has: where it has this one, 304 is the answer',
  schema: { type: 'string' },
};

function inHeader(name: string, header: Pick<Parameter, 'description' | 'schema'>): Parameter {
  return { name, in: 'header', required: false, ...header };
}

function inPathOf(name: string, models: Models): Parameter {
  return { name, in: 'path', required: true, ...valuesOf(name, models) };
}

function valuesOf(name: string, models: Models): { description: string; schema: Schema } {
  const states = models.states();
  switch (name) {
    case 'name':
      return { description: 'the name of a model', schema: oneOf(states.map((state) => state.name)) };
    case 'version':
      return { description: 'a version of it', schema: oneOf(states.map(({ version }) => String(version))) };
    case 'code':
      return { description: 'the code of a problem', schema: oneOf(Object.keys(problems)) };
  }
  throw new Error(`${name}: expected a parameter that is described here, got another`);
}

function oneOf(values: readonly string[]): Schema {
  return { type: 'string', enum: [...new Set(values)] };
}
