import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answer } from './answer.js';
import { documented } from './docs/route-docs.js';
import { expectReady, type HealthOptions } from './health.js';
import { expectUtf8, refuseMediaType } from './http/json.js';
import { findOpenly, type Models } from './models/models.js';
import { Problem, pointerTo } from './problem.js';
import { readColumns } from './rows/columns.js';
import { parseCsv } from './rows/csv.js';
import { readInstances } from './rows/instances.js';
import { readRecords } from './rows/records.js';
import { expectObject, type Fields, isObject, type Rows, type RowsReader, show } from './rows/rows.js';
import { readSplit } from './rows/split.js';
import { Predictions } from './schemas.js';
import { serviceVersion } from './service-version.js';

export interface MlflowOptions extends HealthOptions {
  readonly models: Models;
  readonly maxRows: number;
}

const TEXT = 'text/plain; charset=utf-8';

/** `POST /invocations`, `GET /ping` and `GET /version`: MLflow's scoring protocol, which SageMaker's containers speak too. */
export const mlflow: FastifyPluginAsyncTypebox<MlflowOptions> = async (app, { models, maxRows, ...health }) => {
  acceptCsv(app, () => ({ predictor: models.default.predictor, maxRows }));

  const answers = { 'text/plain': { type: 'string' } };
  const ping = documented('MLflow', 'whether requests may come', {
    answers,
    problems: ['not_ready', 'model_unavailable'],
  });
  app.get('/ping', { config: { scope: 'open', ...ping }, logLevel: 'warn' }, async (_request, reply) => {
    expectReady(health);
    findOpenly(models, models.defaultName);
    return reply.type(TEXT).send('\n');
  });

  const version = { scope: 'metadata', ...documented('MLflow', 'the version of this service', { answers }) } as const;
  app.get('/version', { config: version }, async (_request, reply) => reply.type(TEXT).send(serviceVersion));

  const config = {
    scope: 'predict',
    ...documented('MLflow', 'asks the default model', { body: 'invocation' }),
  } as const;
  app.post('/invocations', { config, schema: { response: { 200: Predictions } } }, (request, reply) => {
    const served = models.default;
    const reader = { predictor: served.predictor, maxRows };
    return answer(request, reply, served, () => ({
      rows: readInvocation(expectObject(request.body), reader),
      write: (predictions) => ({ predictions }),
    }));
  });
};

// CSV becomes the JSON of the same table
function acceptCsv(app: FastifyInstance, currentReader: () => RowsReader): void {
  app.addContentTypeParser<Buffer>('text/csv', { parseAs: 'buffer' }, (request: FastifyRequest, body, done) => {
    expectUtf8(request);
    done(null, { dataframe_split: parseCsv(body, currentReader()) });
  });
  app.addContentTypeParser('*', (request, _payload, done) => {
    done(refuseMediaType(request, 'application/json or text/csv'));
  });
}

type Read = (value: unknown, reader: RowsReader, at: string) => Rows;

const readers: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['dataframe_split', readFrameSplit],
  ['dataframe_records', readFrameRecords],
  ['instances', readInstances],
  ['inputs', (inputs, reader, at) => (isObject(inputs) ? readColumns(inputs, reader, at) : readInstances(inputs, reader, at))], // biome-ignore format: a key a line
]);

function readFrameSplit(frame: unknown, reader: RowsReader, at: string): Rows {
  if (isObject(frame)) return readSplit(frame, reader, at);
  throw new Problem('wrong_type', `expected an object, got ${show(frame)}`, at);
}

function readFrameRecords(frame: unknown, reader: RowsReader, at: string): Rows {
  if (Array.isArray(frame)) return readRecords(frame, reader, at);
  throw new Problem('wrong_type', `expected an array, got ${show(frame)}`, at);
}

function readInvocation(body: Fields, reader: RowsReader): Rows {
  const keys = Object.keys(body).filter((key) => key !== 'params');
  const [key] = keys;
  const read = readers.get(key);
  if (read !== undefined && keys.length === 1) return read(body[key], reader, pointerTo(key));
  const unknown = keys.find((key) => !readers.has(key));
  const expected = `exactly one of ${[...readers.keys()].join(', ')}`;
  if (unknown !== undefined)
    throw new Problem('unknown_key', `expected ${expected}, got ${show(unknown)}`, pointerTo(unknown));
  throw new Problem('wrong_type', `expected ${expected}, got ${keys.join(', ') || 'none'}`, '');
}
