import type { ServedModel } from '../models/served-model.js';
import { isSplit } from '../rows/split.js';
import { OUTPUT } from '../v2/outputs.js';
import type { ExampleRows } from './example-rows.js';
import { inferenceSchema } from './inference-schema.js';
import { refer, type Schema } from './openapi.js';
import type { BodyKind } from './route-docs.js';
import { componentOf } from './row-schemas.js';

/** How a dialect asks a model for predictions, and how it is answered. */
export interface Dialect {
  /** What the JSON of a request is. */
  schema(served: ServedModel): Schema;
  /** Requests with the same rows, by media type and then by the name of their shape. */
  examples(rows: ExampleRows, served: ServedModel): Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The answer to each of them. */
  answer(rows: ExampleRows, served: ServedModel): unknown;
}

/** The kinds of bodies that carry rows. */
export const dialectNames = ['table', 'instances', 'invocation', 'inference'] as const satisfies readonly BodyKind[];
export type DialectName = (typeof dialectNames)[number];

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  table: {
    schema: (served) => anyShape(served, ...tableShapes(served)),
    examples: (rows, served) => ({
      'application/json': Object.fromEntries(tableShapes(served).map((shape) => [shape, rows[shape]])),
    }),
    answer: ({ predictions }) => ({ prediction: predictions }),
  },
  instances: {
    schema: (served) => ({
      type: 'object',
      properties: { instances: anyShape(served, 'arrays', 'records') },
      required: ['instances'],
      not: { required: ['inputs'] },
    }),
    examples: ({ arrays, records }) => ({
      'application/json': { arrays: { instances: arrays }, records: { instances: records } },
    }),
    answer: ({ predictions }) => ({ predictions }),
  },
  invocation: {
    schema: (served) => ({
      anyOf: [
        keyed('dataframe_split', anyShape(served, 'split')),
        keyed('dataframe_records', anyShape(served, 'records')),
        keyed('instances', anyShape(served, 'arrays', 'records')),
        keyed('inputs', anyShape(served, 'arrays', 'records', 'columns', 'lists')),
      ],
    }),
    examples: ({ split, records, arrays, lists, csv }) => ({
      'application/json': {
        dataframe_split: { dataframe_split: split },
        dataframe_records: { dataframe_records: records },
        instances: { instances: arrays },
        inputs: { inputs: lists },
      },
      'text/csv': { csv },
    }),
    answer: ({ predictions }) => ({ predictions }),
  },
  inference: {
    schema: inferenceSchema,
    examples: ({ arrays }, { predictor }) => ({
      'application/json': { matrix: matrixRequest(arrays), features: featuresRequest(arrays, predictor.featureNames) },
    }),
    answer: ({ predictions }, { name, version }) => ({
      model_name: name,
      model_version: String(version),
      id: exampleId,
      outputs: [{ ...OUTPUT, shape: [predictions.length], data: predictions }],
    }),
  },
};

/** The shapes of a table: names and rows would be columns of a model that has features of such names. */
function tableShapes({ predictor }: ServedModel) {
  const shapes = ['columns', 'lists', 'records'] as const;
  return isSplit({ columns: [], data: [] }, predictor.featureNames) ? ([...shapes, 'split'] as const) : shapes;
}

function anyShape(served: ServedModel, ...shapes: string[]): Schema {
  const schemas = shapes.map((shape) => refer('schemas', componentOf(served, shape)));
  return schemas.length === 1 ? schemas[0] : { anyOf: schemas };
}

function keyed(key: string, schema: Schema): Schema {
  return {
    type: 'object',
    properties: { [key]: schema, params: { description: 'left aside' } },
    required: [key],
    additionalProperties: false,
  };
}

const exampleId = '42';

// never of a feature: a matrix is told from a feature by its name
const matrixName = 'rows of all features';

function matrixRequest(rows: number[][]): object {
  const shape = [rows.length, rows[0].length];
  return { id: exampleId, inputs: [{ name: matrixName, shape, datatype: 'FP64', data: rows.flat() }] };
}

function featuresRequest(rows: number[][], featureNames: readonly string[]): object {
  const inputs = featureNames.map((name, f) => {
    return { name, shape: [rows.length], datatype: 'FP64', data: rows.map((row) => row[f]) };
  });
  return { id: exampleId, inputs };
}
