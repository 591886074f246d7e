/** Where spans go, and in which form. */
export type Destination = 'console' | 'http/json' | 'http/protobuf';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads from OpenTelemetry's standard variables where spans go: nowhere, where they say nothing.
 *
 * @throws Error where a variable asks for what is not here
 */
export function readDestination(env: Environment): Destination | undefined {
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
