import type { ServedModel } from '../models/served-model.js';

/** A few rows that a model may meet in the shapes that `rowSchemas` describes, and as CSV. */
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
  const arrays = mixedRows(model.golden.rows, featureNames.length);
  const byFeature = (column: (f: number) => unknown) =>
    Object.fromEntries(featureNames.map((name, f) => [name, column(f)]));
  return {
    columns: byFeature((f) => Object.fromEntries(arrays.map((row, r) => [r, row[f]]))),
    lists: byFeature((f) => arrays.map((row) => row[f])),
    records: arrays.map((row) => byFeature((f) => row[f])),
    arrays,
    split: { columns: featureNames, data: arrays },
    csv: [featureNames.map(quote), ...arrays].map((fields) => `${fields.join(',')}\n`).join(''),
    predictions: [...predictor.predictBatch(Float64Array.from(arrays.flat()))],
  };
}

// each value of another golden row: these may be rows that the model was trained on, and the documents are open to everybody
function mixedRows(golden: Float64Array, nFeatures: number): number[][] {
  const nGolden = golden.length / nFeatures;
  const mixed = (r: number) => Array.from({ length: nFeatures }, (_, f) => golden[((r + f) % nGolden) * nFeatures + f]);
  return Array.from({ length: Math.min(mostRows, nGolden) }, (_, r) => mixed(r));
}

function quote(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
