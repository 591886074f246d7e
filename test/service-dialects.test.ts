import fc from 'fast-check';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import t from 'tap';
import { build, post, servedModel } from './support/service.js';

const { predictor } = servedModel('housing');
const names = predictor.featureNames;
const options = { seed: 20260101, numRuns: 200 };

type Rows = readonly number[][];

/** Rows of any doubles that the model accepts, those around 0 and the ends among them. */
const rows = fc.array(
  fc.tuple(...predictor.accepted.map(({ lowest, highest }) => fc.double({ min: lowest, max: highest, noNaN: true }))),
  { maxLength: 20 },
);

function column(rows: Rows, f: number): number[] {
  return rows.map((row) => row[f]);
}

function byColumn<Column>(make: (f: number) => Column): Record<string, Column> {
  return Object.fromEntries(names.map((name, f) => [name, make(f)]));
}

function byLabel(values: readonly number[]): Record<string, number> {
  return Object.fromEntries(values.entries());
}

function records(rows: Rows): Record<string, number>[] {
  return rows.map((row) => byColumn((f) => row[f]));
}

function tensors(rows: Rows): object[] {
  return names.map((name, f) => ({ name, shape: [rows.length], datatype: 'FP64', data: column(rows, f) }));
}

function matrix(rows: Rows): object {
  return { name: 'rows', shape: [rows.length, names.length], datatype: 'FP64' };
}

function postBinary(app: FastifyInstance, rows: Rows): Promise<LightMyRequestResponse> {
  const bytes = new Uint8Array(Float64Array.from(rows.flat()).buffer);
  const inputs = [{ ...matrix(rows), parameters: { binary_data_size: bytes.length } }];
  const json = JSON.stringify({ inputs, parameters: { binary_data_output: true } });
  const headers = { 'inference-header-content-length': String(json.length) };
  const payload = Buffer.concat([Buffer.from(json), bytes]);
  return app.inject({ method: 'POST', url: '/v2/models/housing/infer', headers, payload });
}

function readBinary({ headers, rawPayload }: LightMyRequestResponse): number[] {
  const bytes = rawPayload.subarray(Number(headers['inference-header-content-length']));
  return [...new Float64Array(Uint8Array.from(bytes).buffer)];
}

function postCsv(app: FastifyInstance, rows: Rows): Promise<LightMyRequestResponse> {
  const payload = [names, ...rows.map((row) => row.map(write))].join('\n');
  return app.inject({ method: 'POST', url: '/invocations', headers: { 'content-type': 'text/csv' }, payload });
}

/** JSON keeps a -0 only where it is written so. */
function write(x: number): string {
  return Object.is(x, -0) ? '-0' : String(x);
}

const prediction = async (answer: Promise<LightMyRequestResponse>) => (await answer).json().prediction;
const predictions = async (answer: Promise<LightMyRequestResponse>) => (await answer).json().predictions;
const output = async (answer: Promise<LightMyRequestResponse>) => (await answer).json().outputs[0].data;

type Dialect = (app: FastifyInstance, rows: Rows) => Promise<number[]>;

const infer = '/v2/models/housing/infer';
const dialects: Record<string, Dialect> = {
  'a column a feature': (app, rows) => prediction(post(app, '/predict', byColumn((f) => byLabel(column(rows, f))))), // biome-ignore format: a dialect a line
  'a list a feature': (app, rows) =>
    prediction(
      post(
        app,
        '/predict',
        byColumn((f) => column(rows, f)),
      ),
    ),
  'an object a row': (app, rows) => prediction(post(app, '/models/housing/predict', records(rows))),
  'names and rows': (app, rows) => prediction(post(app, '/predict', { columns: names, data: rows })),
  'a flat matrix tensor': (app, rows) => output(post(app, infer, { inputs: [{ ...matrix(rows), data: rows.flat() }] })),
  'a nested matrix tensor': (app, rows) => output(post(app, infer, { inputs: [{ ...matrix(rows), data: rows }] })),
  'a tensor a feature': (app, rows) => output(post(app, infer, { inputs: tensors(rows) })),
  'a binary tensor': async (app, rows) => readBinary(await postBinary(app, rows)),
  'MLflow split': (app, rows) => predictions(post(app, '/invocations', { dataframe_split: { columns: names, data: rows } })), // biome-ignore format: a dialect a line
  'MLflow records': (app, rows) => predictions(post(app, '/invocations', { dataframe_records: records(rows) })),
  'MLflow inputs': (app, rows) => predictions(post(app, '/invocations', { inputs: byColumn((f) => column(rows, f)) })),
  'MLflow CSV': (app, rows) => predictions(postCsv(app, rows)),
  'V1 arrays': (app, rows) => predictions(post(app, '/v1/models/housing:predict', { instances: rows })),
  'V1 objects': (app, rows) => predictions(post(app, '/v1/models/housing:predict', { instances: records(rows) })),
};

for (const [name, ask] of Object.entries(dialects)) {
  t.test(`the same rows get the identical doubles: ${name}`, async (t) => {
    const app = build(t);
    await fc.assert(
      fc.asyncProperty(rows, async (rows) => {
        const expected = [...predictor.predictBatch(Float64Array.from(rows.flat()))];
        const got = await ask(app, rows);
        return got.length === expected.length && got.every((y, r) => y === expected[r]);
      }),
      options,
    );
    t.pass();
  });
}
