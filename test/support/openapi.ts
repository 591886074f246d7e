import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Test } from 'tap';

/** What of an OpenAPI document the tests read. */
export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    examples: Record<string, { summary: string; value: unknown }>;
    headers: Record<string, Header>;
    securitySchemes: Record<string, object>;
  };
}

export interface Operation {
  security?: Record<string, string[]>[];
  requestBody?: { content: Record<string, { schema?: Schema; examples?: Record<string, unknown> }> };
  responses: Record<string, Response>;
}

export interface Response {
  headers?: Record<string, Header | { $ref: string }>;
  content?: Record<string, { schema: Schema; examples?: Record<string, unknown> }>;
}

interface Header {
  required?: boolean;
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

/** Fails a test at each answer to it whose status, media type, code or headers are not those of the document. */
export function expectDocumented(t: Test, app: FastifyInstance, { paths, components }: OpenApi): void {
  // behind the hooks of plugins, which tag what they answer
  app.addHook('onRoute', (route) => {
    route.onSend = [...[route.onSend ?? []].flat(), check];
  });

  function check(request: FastifyRequest, reply: FastifyReply, payload: unknown, done: () => void): void {
    const { statusCode } = reply;
    const { url = '' } = request.routeOptions;
    // without an operation it is another method, or a route of the test's own
    const operation = paths[pathOf(url)]?.[request.method.toLowerCase()];
    // nobody takes an answer of 499
    if (operation !== undefined && statusCode !== 499) {
      const type = String(reply.getHeader('content-type') ?? '');
      const response = operation.responses[statusCode];
      const fault = faultOf(response, type, payload) ?? faultOfHeaders(response, reply.getHeaders(), components);
      if (fault !== undefined) t.fail(`${request.method} ${url}: ${statusCode}: ${fault}`);
    }
    done();
  }
}

// on all answers, or told at the head of the document
const anywhere =
  /^(content-|access-control-|ratelimit-|cross-origin-|(vary|connection|cache-control|strict-transport-security|referrer-policy|x-content-type-options)$)/;

function faultOfHeaders(
  { headers = {} }: Response,
  sent: object,
  components: OpenApi['components'],
): string | undefined {
  const unknown = Object.keys(sent).find((name) => !(name in headers) && !anywhere.test(name));
  if (unknown !== undefined) return `expected no header but those documented, got ${unknown}`;
  const [missing] = Object.entries(headers).find(([name, header]) => isRequired(header) && !(name in sent)) ?? [];
  return missing === undefined ? undefined : `expected the header ${missing}, got none`;

  function isRequired(header: Header | { $ref: string }): boolean {
    const { required = false } = '$ref' in header ? components.headers[header.$ref.replace(/^.*\//, '')] : header;
    return required;
  }
}

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
