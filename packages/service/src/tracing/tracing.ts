import type { FastifyInstance } from 'fastify';

/** Where spans go, and in which form. */
export type Destination = 'console' | 'http/json' | 'http/protobuf';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What traces an app, as OpenTelemetry's standard variables say; without them nothing, of which nothing is loaded.
 *
 * @throws Error where a variable asks for what is not here
 */
export async function tracing(env: Environment): Promise<((app: FastifyInstance) => void) | undefined> {
  const destination = readDestination(env);
  if (destination === undefined) return undefined;
  const { traceRequests } = await import('./open-telemetry.js').catch(explainAbsence);
  return (app) => traceRequests(app, destination);
}

function readDestination(env: Environment): Destination | undefined {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return undefined;
  const hasEndpoint = ENDPOINTS.map((name) => expectUrl(name, env[name])).includes(true);
  const exporter = env.OTEL_TRACES_EXPORTER || (hasEndpoint ? 'otlp' : 'none');
  expectOneOf('OTEL_TRACES_EXPORTER', exporter, ['otlp', 'console', 'none']);
  if (exporter === 'none') return undefined;
  return exporter === 'console' ? 'console' : readProtocol(env);
}

const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];

function readProtocol(env: Environment): Destination {
  for (const name of ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL']) {
    const protocol = env[name];
    if (protocol) return expectOneOf(name, protocol, ['http/protobuf', 'http/json']);
  }
  return 'http/protobuf';
}

function expectUrl(name: string, value: string | undefined): boolean {
  if (!value) return false;
  if (/^https?:/.test(value) && URL.canParse(value)) return true;
  throw new Error(`${name}: expected an address of http or https, got ${JSON.stringify(value)}`);
}

function expectOneOf<Value extends string>(name: string, value: string, values: readonly Value[]): Value {
  const known = values.find((one) => one === value);
  if (known !== undefined) return known;
  throw new Error(`${name}: expected one of ${values.join(', ')}, got ${JSON.stringify(value)}`);
}

// the packages are optional
function explainAbsence(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  throw new Error(`OTEL_*: expected the optional packages of @housing/service, got none: ${error.message}`);
}
