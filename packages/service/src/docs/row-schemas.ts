import type { Interval } from '@housing/model';
import type { ServedModel } from '../models/served-model.js';
import { refer, type Schema } from './openapi.js';

/** The name among the components of what belongs to a version of a model. */
export function componentOf({ name, version }: ServedModel, what: string): string {
  return `${name}.${version}.${what}`;
}

/**
 * The shapes in which the rows of a model come. That columns are of one length, and have the same labels, is beyond JSON Schema, and so
 * is the interval of a value whose column is named elsewhere.
 */
export function rowSchemas(served: ServedModel): Record<string, Schema> {
  const { featureNames, accepted } = served.predictor;
  const anyFeature = numberIn(union(accepted));
  const schemas: Record<string, Schema> = {
    record: objectOf(served, (number) => number),
    records: { description: 'an object a row', type: 'array', items: refer('schemas', componentOf(served, 'record')) },
    columns: {
      ...objectOf(served, (number) => ({ type: 'object', additionalProperties: number })),
      description: 'a column a feature, by row label; every column has the same labels',
    },
    lists: {
      ...objectOf(served, (number) => ({ type: 'array', items: number })),
      description: 'a list a feature, all of one length',
    },
    arrays: {
      description: "an array a row, in the model's order of features",
      type: 'array',
      items: tuple(accepted.map(numberIn)),
    },
    split: {
      description: 'the names of the columns in any order, and an array a row',
      type: 'object',
      properties: {
        columns: { ...tuple(featureNames.map(() => ({ enum: featureNames }))), uniqueItems: true },
        data: { type: 'array', items: tuple(accepted.map(() => anyFeature)) },
        index: { description: 'left aside' },
      },
      required: ['columns', 'data'],
      additionalProperties: false,
    },
  };
  return Object.fromEntries(Object.entries(schemas).map(([shape, schema]) => [componentOf(served, shape), schema]));
}

/** The numbers of an interval. */
export function numberIn({ lowest, highest }: Interval): Schema {
  return { type: 'number', minimum: lowest, maximum: highest };
}

/** The interval from the lowest of all to the highest. */
export function union(intervals: readonly Interval[]): Interval {
  return {
    lowest: Math.min(...intervals.map(({ lowest }) => lowest)),
    highest: Math.max(...intervals.map(({ highest }) => highest)),
  };
}

/** An object with every feature and nothing else. */
function objectOf({ model, predictor }: ServedModel, property: (number: Schema) => Schema): Schema {
  const { featureNames, accepted } = predictor;
  const properties = featureNames.map((feature, f) => {
    const summary = model.training?.features[f];
    const number = numberIn(accepted[f]);
    if (summary === undefined) return [feature, property(number)];
    return [feature, property({ ...number, description: `${summary.minimum} to ${summary.maximum} in training` })];
  });
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    required: featureNames,
    additionalProperties: false,
  };
}

/** An array of exactly these. */
function tuple(items: readonly Schema[]): Schema {
  const alike = items.every((schema) => JSON.stringify(schema) === JSON.stringify(items[0]));
  const length = { minItems: items.length, maxItems: items.length };
  return alike
    ? { type: 'array', items: items[0], ...length }
    : { type: 'array', prefixItems: items, items: false, ...length };
}
