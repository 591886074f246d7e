import type { FastifyInstance } from 'fastify';
import type { Test } from 'tap';

/** What of an OpenAPI document the tests read. */
export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    examples: Record<string, { summary: string; value: unknown }>;
    securitySchemes: Record<string, object>;
  };
}

export interface Operation {
  security?: Record<string, string[]>[];
  requestBody?: { content: Record<string, { schema?: Schema; examples?: Record<string, unknown> }> };
  responses: Record<string, { content?: Record<string, { schema: Schema; examples?: Record<string, unknown> }> }>;
}

export interface Schema {
  properties?: Record<string, Schema>;
  enum?: string[];
  [keyword: string]: unknown;
}

/** The document that an app answers now. */
export async function openApiOf(app: FastifyInstance): Promise<OpenApi> {
  return (await app.inject('/openapi.json')).json();
}

/** The path of a route in the document. */
export function pathOf(url: string): string {
  return url.replace('::', ':').replace(/\/:(\w+)(\([^)]*\))?/g, '/{$1}');
}

/** Fails a test at each answer to it whose status, media type or code is not in the document. */
export function expectDocumented(t: Test, app: FastifyInstance, { paths }: OpenApi): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const { statusCode } = reply;
    const { url = '' } = request.routeOptions;
    // without an operation it is another method, or a route of the test's own
    const operation = paths[pathOf(url)]?.[request.method.toLowerCase()];
    // nobody takes an answer of 499
    if (operation !== undefined && statusCode !== 499) {
      const type = String(reply.getHeader('content-type') ?? '');
      const fault = faultOf(operation.responses[statusCode], type, payload);
      if (fault !== undefined) t.fail(`${request.method} ${url}: ${statusCode}: ${fault}`);
    }
    done();
  });
}

type Response = Operation['responses'][string];

function faultOf(response: Response | undefined, contentType: string, payload: unknown): string | undefined {
  if (response === undefined) return 'expected a documented status, got another';
  const [type] = contentType.split(';');
  if (type === '') return undefined;
  const media = response.content?.[type];
  if (media === undefined) return `expected a documented media type, got ${type}`;
  if (type !== 'application/problem+json') return undefined;
  const { code } = JSON.parse(String(payload));
  return media.schema.properties?.code.enum?.includes(code) ? undefined : `expected a documented code, got ${code}`;
}
