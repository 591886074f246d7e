import type { Models } from '../models/models.js';
import { serviceVersion } from '../service-version.js';
import { headers } from './headers.js';
import { describeModel } from './model-components.js';
import type { OpenApi, Operation } from './openapi.js';
import { describeOperation } from './operation.js';
import { pathOf } from './parameters.js';
import { problemSchema } from './refusal.js';
import { type DocumentedRoute, sections } from './route-docs.js';
import { securitySchemesOf } from './security.js';

const description = `Serves scikit-learn's gradient boosting regressors, equal to the last bit.

Every failure is a problem document (RFC 9457) whose \`type\` is the address of a page about it. Another method than those listed answers
405 with \`Allow\`; \`HEAD\` is answered where \`GET\` is. Where requests are limited, \`RateLimit-Limit\`, \`RateLimit-Remaining\`
and \`RateLimit-Reset\` tell how many are left. A client that sends \`x-request-id\`, of at most 64 letters, digits, \`_\`, \`.\`, \`:\`
or \`-\`, gets it back, and others a new one.`;

/** Describes the service as it is now: every route, and the rows of every model that serves. */
export function describeService(routes: readonly DocumentedRoute[], models: Models): OpenApi {
  const described = models.list().map(describeModel);
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    const path = pathOf(route);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeOperation(route, models, described) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'housing', version: serviceVersion, description },
    tags: Object.entries(sections).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: Object.assign({ Problem: problemSchema }, ...described.map(({ schemas }) => schemas)),
      examples: Object.assign({}, ...described.map(({ examples }) => examples)),
      headers,
      securitySchemes: securitySchemesOf(routes),
    },
  };
}
