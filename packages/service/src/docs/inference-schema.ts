import type { ServedModel } from '../models/served-model.js';
import { datatypes } from '../v2/datatypes.js';
import { OUTPUT } from '../v2/outputs.js';
import type { Schema } from './openapi.js';

/** A request of the Open Inference Protocol. That the elements are as many as the shape says is beyond JSON Schema. */
export function inferenceSchema({ predictor: { featureNames } }: ServedModel): Schema {
  const nFeatures = featureNames.length;
  const matrix = tensor({ type: 'string', not: { enum: featureNames } }, [count, { const: nFeatures }]);
  const column = tensor({ enum: featureNames }, [count], [count, { const: 1 }]);
  return {
    type: 'object',
    properties: {
      id: { type: ['string', 'null'], description: 'comes back; by default the request id' },
      parameters: parameters({ binary_data_output: { type: 'boolean' } }),
      inputs: {
        anyOf: [
          { description: "one matrix, in the model's order of features", ...arrayOf(matrix, 1) },
          { description: 'a tensor a feature, in any order', ...arrayOf(column, nFeatures) },
        ],
      },
      outputs: { type: ['array', 'null'], items: output },
    },
    required: ['inputs'],
  };
}

const count = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };

const output = {
  type: 'object',
  properties: { name: { const: OUTPUT.name }, parameters: parameters({ binary_data: { type: 'boolean' } }) },
  required: ['name'],
};

function tensor(name: Schema, ...shapes: Schema[][]): Schema {
  const element = { type: ['number', 'boolean'] };
  return {
    type: 'object',
    properties: {
      name,
      shape: { anyOf: shapes.map((prefixItems) => ({ type: 'array', prefixItems, ...exactly(prefixItems.length) })) },
      datatype: { enum: [...datatypes.keys()] },
      parameters: parameters({ binary_data_size: { type: 'integer', description: 'of data that follow the JSON' } }),
      data: {
        description: 'row-major, flat or nested; not in binary',
        type: 'array',
        items: { anyOf: [element, { type: 'array', items: element }] },
      },
    },
    required: ['name', 'shape', 'datatype'],
  };
}

function parameters(properties: Record<string, Schema>): Schema {
  return { type: ['object', 'null'], properties };
}

function arrayOf(items: Schema, length: number): Schema {
  return { type: 'array', items, ...exactly(length) };
}

function exactly(length: number): { minItems: number; maxItems: number } {
  return { minItems: length, maxItems: length };
}
