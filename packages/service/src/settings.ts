import { createRequire } from 'node:module';
import { dirname } from 'node:path';

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
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly logLevel: string;
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/**
 * Reads the settings from an environment.
 *
 * @throws Error at the first variable whose value is not as expected; an empty one counts as not set
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  return {
    host: env.HOST || '127.0.0.1',
    port: wholeNumber('PORT', env.PORT || '5000', 0, 65_535),
    modelsDir: env.MODELS_DIR || dirname(createRequire(import.meta.url).resolve('@housing/model/models/housing.json')),
    modelsWatch: oneOf('MODELS_WATCH', env.MODELS_WATCH || 'false', ['false', 'true']) === 'true',
    defaultModel: env.DEFAULT_MODEL || undefined,
    maxRows: wholeNumber('MAX_ROWS', env.MAX_ROWS || '100000', 1, 100_000_000),
    maxBytes: wholeNumber('MAX_BYTES', env.MAX_BYTES || String(32 * 2 ** 20), 1, 2 ** 29),
    logLevel: oneOf('LOG_LEVEL', env.LOG_LEVEL || 'info', logLevels),
  };
}

function wholeNumber(name: string, text: string, lowest: number, highest: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= lowest && value <= highest) return value;
  throw new Error(`${name}: expected a whole number from ${lowest} to ${highest}, got ${JSON.stringify(text)}`);
}

function oneOf(name: string, text: string, values: readonly string[]): string {
  if (values.includes(text)) return text;
  throw new Error(`${name}: expected one of ${values.join(', ')}, got ${JSON.stringify(text)}`);
}
