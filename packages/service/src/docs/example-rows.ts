import type { ServedModel } from '../models/served-model.js';

/** A few golden rows of a model in the shapes that `rowSchemas` describes, and as CSV. */
export interface ExampleRows {
  readonly columns: object;
  readonly lists: object;
  readonly records: object[];
  readonly arrays: number[][];
  readonly split: object;
  readonly csv: string;
  /** What the model predicts for them, in one call. */
  readonly predictions: readonly number[];
}

const mostRows = 2;

export function exampleRows({ model, predictor }: ServedModel): ExampleRows {
  const { featureNames } = predictor;
  const nFeatures = featureNames.length;
  const values = model.golden.rows.slice(0, mostRows * nFeatures);
  const arrays = Array.from({ length: values.length / nFeatures }, (_, r) => [
    ...values.subarray(r * nFeatures, (r + 1) * nFeatures),
  ]);
  const byFeature = (column: (f: number) => unknown) =>
    Object.fromEntries(featureNames.map((name, f) => [name, column(f)]));
  return {
    columns: byFeature((f) => Object.fromEntries(arrays.map((row, r) => [r, row[f]]))),
    lists: byFeature((f) => arrays.map((row) => row[f])),
    records: arrays.map((row) => byFeature((f) => row[f])),
    arrays,
    split: { columns: featureNames, data: arrays },
    csv: [featureNames.map(quote), ...arrays].map((fields) => `${fields.join(',')}\n`).join(''),
    // not the golden predictions: a scaler that is fitted on each request would need all golden rows
    predictions: [...predictor.predictBatch(values)],
  };
}

function quote(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
