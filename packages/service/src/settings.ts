import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { KindGuard, type TInteger, type TLiteral, type TSchema, type TUnion, Type } from '@sinclair/typebox';
import { algorithms } from './access/token-rules.js';
import { isAddressRange } from './http/trusted-proxies.js';

/** How the service runs; each is an environment variable of the same name in capitals. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  /** The folder of the models. */
  readonly modelsDir: string;
  /** Whether models are reloaded when their files change. */
  readonly modelsWatch: boolean;
  /** The model that `/predict` asks, where one is named. */
  readonly defaultModel: string | undefined;
  /** Who is let in: everybody, owners of keys, or bearers of tokens. */
  readonly auth: 'none' | 'keys' | 'jwt';
  readonly authKeysFile: string | undefined;
  readonly jwtIssuer: string | undefined;
  readonly jwtAudience: string | undefined;
  /** With commas. */
  readonly jwtAlgorithms: string;
  readonly jwtJwksUrl: string | undefined;
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly maxInFlight: number;
  readonly maxBytesInFlight: number;
  /** Requests a minute of a client; 0 for any number. */
  readonly rateLimit: number;
  /** The proxies whose `X-Forwarded-For` is believed. */
  readonly trustProxy: readonly string[];
  /** The origins whose scripts may ask. */
  readonly corsOrigins: readonly string[];
  /** Seconds for which a browser shall come by TLS alone; 0 says nothing. */
  readonly hstsMaxAge: number;
  /** Milliseconds from the signal to stop to the end of serving. */
  readonly drainDelay: number;
  /** Whether `GET /metrics` is there. */
  readonly metrics: boolean;
  readonly logLevel: string;
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Every variable: `expected` is what no keyword of JSON Schema says, `without` what holds where it is not set and has no default. */
const { properties: variables } = Type.Object({
  HOST: Type.String({
    default: '127.0.0.1',
    expected: 'an address of this machine',
    description: 'the address to listen on',
  }),
  PORT: Type.Integer({ default: 5000, minimum: 0, maximum: 65_535, description: 'the port; 0 takes a free one' }),
  MODELS_DIR: Type.Optional(
    Type.String({
      without: 'the shipped models',
      expected: 'a folder',
      description: 'where the models are',
    }),
  ),
  MODELS_WATCH: Type.Union([Type.Literal('false'), Type.Literal('true')], {
    default: 'false',
    description: '`true` reloads models when their files change, as SIGHUP does',
  }),
  DEFAULT_MODEL: Type.Optional(
    Type.String({
      without: 'the only model, else `housing`',
      expected: 'the name of a model',
      description: 'the model that `/predict` asks',
    }),
  ),
  AUTH: Type.Union([Type.Literal('none'), Type.Literal('keys'), Type.Literal('jwt')], {
    default: 'none',
    description:
      'who is let in: everybody, but to no act of an administrator, owners of keys, or bearers of tokens (JWT)',
  }),
  AUTH_KEYS_FILE: Type.Optional(
    Type.String({
      without: 'none',
      expected: 'a file of keys',
      description: 'the keys that are let in, with `AUTH=keys`; read again when it changes',
    }),
  ),
  JWT_ISSUER: Type.Optional(
    Type.String({
      without: 'none',
      expected: 'a URL',
      description: 'who issues the tokens, with `AUTH=jwt`, as they name it',
    }),
  ),
  JWT_AUDIENCE: Type.Optional(
    Type.String({
      without: 'none',
      expected: 'a text',
      description: 'whom the tokens are for, as they name this service',
    }),
  ),
  JWT_ALGORITHMS: Type.String({
    default: 'RS256',
    expected: `some of ${algorithms.join(', ')}, with commas`,
    description: 'how tokens may be signed',
  }),
  JWT_JWKS_URL: Type.Optional(
    Type.String({
      without: "what the issuer's `/.well-known/openid-configuration` says",
      expected: 'a URL',
      description: "where the issuer's keys are",
    }),
  ),
  MAX_ROWS: Type.Integer({ default: 100_000, minimum: 1, maximum: 100_000_000, description: 'rows a request' }),
  MAX_BYTES: Type.Integer({
    default: 32 * 2 ** 20,
    minimum: 1,
    maximum: 2 ** 29,
    description: 'bytes a body; the rest of a longer one is read and dropped, for 10 s at most',
  }),
  MAX_IN_FLIGHT: Type.Integer({
    default: 256,
    minimum: 1,
    maximum: 1_000_000,
    description:
      'posted requests in flight, from the headers to the last byte of the answer; more get 503, `overloaded`, before their bodies are read',
  }),
  MAX_BYTES_IN_FLIGHT: Type.Integer({
    default: 256 * 2 ** 20,
    minimum: 1,
    maximum: 2 ** 33,
    description:
      'bytes that the bodies in flight hold together, counted as they arrive, those of 64 KiB or less left aside; beyond it, or beyond `MAX_BYTES` where that is more, 503, `overloaded`',
  }),
  RATE_LIMIT: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 1_000_000_000,
    description: 'requests a minute of a client; more get 429, `rate_limited`; 0 for any number',
  }),
  TRUST_PROXY: Type.Optional(
    Type.String({
      without: 'none',
      expected: 'addresses or ranges such as 10.0.0.0/8, separated by commas',
      description: 'the proxies whose `X-Forwarded-For` is believed',
    }),
  ),
  CORS_ORIGINS: Type.Optional(
    Type.String({
      without: 'none',
      expected: 'origins such as https://example.org, separated by commas, or *',
      description: 'the origins whose scripts may ask from a browser',
    }),
  ),
  HSTS_MAX_AGE: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 100_000_000,
    description: 'seconds for which a browser shall come by TLS alone, where that ends in front; 0 says nothing',
  }),
  DRAIN_DELAY: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 600_000,
    description: 'milliseconds from the signal to stop to the end of serving, for a balancer to notice',
  }),
  METRICS: Type.Union([Type.Literal('false'), Type.Literal('true')], {
    default: 'true',
    description: '`false` counts nothing, and there is no `GET /metrics`',
  }),
  LOG_LEVEL: Type.Union(
    logLevels.map((level) => Type.Literal(level)),
    {
      default: 'info',
      description:
        'what is logged; the address is told at `info`, so that `warn` and above print none, and `silent` nothing',
    },
  ),
});
type Variable = keyof typeof variables;

/**
 * Reads the settings from an environment.
 *
 * @throws Error at the first variable whose value is not as expected, and where `AUTH` is not set beside what it would take; an empty
 * one counts as not set
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  // a schema's own default is of any type
  const textOf = (name: Variable): string => env[name] || String(variables[name].default ?? '');
  const wholeNumberOf = (name: VariableOf<TInteger>) => wholeNumber(name, variables[name], textOf(name));
  const listOf = (name: Variable, isOne: (text: string) => boolean) => list(name, variables[name], textOf(name), isOne);
  return {
    host: textOf('HOST'),
    port: wholeNumberOf('PORT'),
    modelsDir: textOf('MODELS_DIR') || shippedModels(),
    modelsWatch: oneOf('MODELS_WATCH', variables.MODELS_WATCH, textOf('MODELS_WATCH')) === 'true',
    defaultModel: textOf('DEFAULT_MODEL') || undefined,
    auth: authOf(textOf('AUTH'), env),
    authKeysFile: textOf('AUTH_KEYS_FILE') || undefined,
    jwtIssuer: textOf('JWT_ISSUER') || undefined,
    jwtAudience: textOf('JWT_AUDIENCE') || undefined,
    jwtAlgorithms: textOf('JWT_ALGORITHMS'),
    jwtJwksUrl: textOf('JWT_JWKS_URL') || undefined,
    maxRows: wholeNumberOf('MAX_ROWS'),
    maxBytes: wholeNumberOf('MAX_BYTES'),
    maxInFlight: wholeNumberOf('MAX_IN_FLIGHT'),
    maxBytesInFlight: wholeNumberOf('MAX_BYTES_IN_FLIGHT'),
    rateLimit: wholeNumberOf('RATE_LIMIT'),
    trustProxy: listOf('TRUST_PROXY', isAddressRange),
    corsOrigins: listOf('CORS_ORIGINS', (text) => text === '*' || isOrigin(text)),
    hstsMaxAge: wholeNumberOf('HSTS_MAX_AGE'),
    drainDelay: wholeNumberOf('DRAIN_DELAY'),
    metrics: oneOf('METRICS', variables.METRICS, textOf('METRICS')) === 'true',
    logLevel: oneOf('LOG_LEVEL', variables.LOG_LEVEL, textOf('LOG_LEVEL')),
  };
}

/** What means nothing without authentication. */
const needsAuth = ['AUTH_KEYS_FILE', 'JWT_ISSUER', 'JWT_AUDIENCE', 'JWT_JWKS_URL'] as const;

function authOf(text: string, env: Readonly<Record<string, string | undefined>>): Settings['auth'] {
  // a word that is forgotten must not let everybody in
  const beside = needsAuth.find((name) => env[name]);
  if (!env.AUTH && beside !== undefined) {
    const expected = beside === 'AUTH_KEYS_FILE' ? 'keys' : 'jwt';
    throw new Error(`AUTH: expected ${expected} with ${beside}, or none, got nothing`);
  }
  const auth = oneOf('AUTH', variables.AUTH, text);
  return auth === 'keys' || auth === 'jwt' ? auth : 'none';
}

type VariableOf<S extends TSchema> = { [V in Variable]: (typeof variables)[V] extends S ? V : never }[Variable];

function wholeNumber(name: Variable, schema: TInteger, text: string): number {
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = schema;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= minimum && value <= maximum) return value;
  throw unexpected(name, schema, text);
}

function oneOf(name: Variable, schema: TUnion<TLiteral<string>[]>, text: string): string {
  if (schema.anyOf.some((literal) => literal.const === text)) return text;
  throw unexpected(name, schema, text);
}

function list(name: Variable, schema: TSchema, text: string, isOne: (text: string) => boolean): string[] {
  if (text === '') return [];
  const all = text.split(',').map((one) => one.trim());
  if (all.every(isOne)) return all;
  throw unexpected(name, schema, text);
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

function unexpected(name: Variable, schema: TSchema, text: string): Error {
  return new Error(`${name}: expected ${expected(schema)}, got ${JSON.stringify(text)}`);
}

function expected(schema: TSchema): string {
  if (KindGuard.IsInteger(schema)) return `a whole number from ${schema.minimum} to ${schema.maximum}`;
  if (KindGuard.IsUnion(schema)) return `one of ${schema.anyOf.map((literal) => literal.const).join(', ')}`;
  return String(schema.expected);
}

function shippedModels(): string {
  return dirname(createRequire(import.meta.url).resolve('@housing/model/models/housing.json'));
}

/** What a person should know of a variable, with names and values in backticks. */
export interface SettingDescription {
  readonly name: string;
  readonly byDefault: string;
  readonly expected: string;
  readonly description: string;
}

/** Describes every variable, in the order of the schema. */
export function describeSettings(): SettingDescription[] {
  return Object.entries<TSchema>(variables).map(([name, schema]) => ({
    name,
    byDefault: schema.without ?? `\`${schema.default}\``,
    expected: expected(schema),
    description: schema.description ?? '',
  }));
}
