import { setTimeout as sleep } from 'node:timers/promises';
import { FastifyOtelInstrumentation } from '@fastify/otel';
import { diag, propagation } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ConsoleSpanExporter,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { pathOf } from '../log.js';
import { serviceVersion } from '../service-version.js';
import type { Destination } from './destination.js';
import { tellOutages } from './outages.js';

/** How long the last spans may take when the app closes, in milliseconds. */
const LONGEST_FLUSH = 5000;

/** What machines ask every few seconds. */
const probes = /^(\/health(\/live|\/ready)?|\/v2\/health\/(live|ready)|\/v2\/models\/[^?]+\/ready|\/ping)$/;

/** Makes a span of each request to an app that has no route yet, and sends the last when it closes. */
export function traceRequests(app: FastifyInstance, destination: Destination): void {
  const provider = openProvider(destination, app.log);
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
  const instrumentation = new FastifyOtelInstrumentation({
    ignorePaths: ({ url }) => probes.test(url),
    // one span a request: those of the hooks would be most of a trace
    instrumentHooks: false,
    instrumentHandler: false,
  });
  instrumentation.setTracerProvider(provider);
  // as it does itself where it is not registered: a plugin would come after the hooks that refuse
  instrumentation.plugin()(app, {}, () => {});
  // its own is the last: it calls each refusal an error, in words of the payload, where a status from 500 on is one without
  app.addHook('onRoute', (route) => {
    route.onError = [route.onError ?? []].flat().slice(0, -1);
  });
  nameSpans(app);
  app.addHook('onClose', async () => {
    // after a while without them: a collector that does not answer keeps nobody
    await Promise.race([provider.shutdown().catch(() => {}), sleep(LONGEST_FLUSH, undefined, { ref: false })]);
  });
}

/** Tells each span what was asked, and each line of the log which span it is of. */
function nameSpans(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { span } = request.opentelemetry();
    if (span) {
      const { traceId, spanId } = span.spanContext();
      request.log = request.log.child({ trace_id: traceId, span_id: spanId });
      span.updateName(`${request.method} ${request.routeOptions.url ?? ''}`.trimEnd());
      // with the query it would be the instrumentation's own
      span.setAttributes({ 'url.scheme': request.protocol, 'url.path': pathOf(request) });
    }
    done();
  });
  app.addHook('onSend', (request, _reply, _payload, done) => {
    const { span } = request.opentelemetry();
    if (span && request.asked) {
      const { model, version, rows } = request.asked;
      span.setAttributes({ 'model.name': model, 'model.version': version });
      if (rows !== undefined) span.setAttribute('model.rows', rows);
    }
    done();
  });
}

/** What else the standard variables set, is read by what they set. */
function openProvider(destination: Destination, log: FastifyBaseLogger): BasicTracerProvider {
  // what is wrong with a variable is told, and later not every export that fails
  const warn = (message: string) => log.warn(message);
  diag.setLogger({ error: warn, warn, info() {}, debug() {}, verbose() {} });
  const provider = new BasicTracerProvider({
    resource: describeService(),
    spanProcessors: [new BatchSpanProcessor(tellOutages(openExporter(destination), log))],
  });
  diag.disable();
  return provider;
}

function openExporter(destination: Destination): SpanExporter {
  switch (destination) {
    case 'console':
      return new ConsoleSpanExporter();
    case 'http/json':
      return new JsonExporter();
    case 'http/protobuf':
      return new ProtobufExporter();
  }
}

function describeService(): Resource {
  return defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'housing', 'service.version': serviceVersion }))
    .merge(detectResources({ detectors: [serviceInstanceIdDetector, envDetector] }));
}
