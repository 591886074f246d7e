import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Test } from 'tap';

/** What an exporter has posted. */
export interface Export {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A span as OTLP writes it in JSON, its attributes by their names. */
export interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly status: { readonly code: number; readonly message?: string };
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The attributes of the service. */
  readonly resource: Readonly<Record<string, unknown>>;
}

/** A receiver of OTLP over HTTP, and what has come. */
export interface Collector {
  readonly url: string;
  readonly exports: readonly Export[];
  /** All spans that have come in JSON. */
  spans(): Span[];
  close(): Promise<void>;
}

/** Starts a receiver of OTLP, on a free port or on this one, and ends it when the test ends. */
export async function startCollector(t: Test, port = 0): Promise<Collector> {
  const exports: Export[] = [];
  const server = createServer(async (request, response) => {
    exports.push({ url: request.url, headers: request.headers, body: await buffer(request) });
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');

  async function close(): Promise<void> {
    server.closeAllConnections();
    if (server.listening) await once(server.close(), 'close');
  }

  t.teardown(close);
  return { url: `http://127.0.0.1:${address.port}`, exports, spans: () => exports.flatMap(readSpans), close };
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Traces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<Span, 'attributes' | 'resource'> & {
        readonly attributes: readonly Attribute[];
      })[];
    }[];
  }[];
}

function readSpans({ body }: Export): Span[] {
  const { resourceSpans }: Traces = JSON.parse(body.toString());
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        attributes: readAttributes(span.attributes),
        resource: readAttributes(resource.attributes),
      })),
    ),
  );
}

// a value is an object of one key, its type
function readAttributes(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
