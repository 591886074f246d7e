import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { FastifyBaseLogger } from 'fastify';

/** An exporter whose outage is one warning, whatever its length, and its end one line more. */
export function tellOutages(exporter: SpanExporter, log: FastifyBaseLogger): SpanExporter {
  let isOut = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const { error } = result;
        if (error !== undefined && !isOut) log.warn({ reason: error.message || error.name }, 'traces not exported');
        if (error === undefined && isOut) log.info('traces exported again');
        isOut = error !== undefined;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
