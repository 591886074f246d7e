import { readFileSync } from 'node:fs';
import type { Model, Predictor } from '@housing/model';
import { measure, type Timing } from './measure.js';
import { createKernelPredictor, createPlainPredictor } from './plain.js';
import { createRandomModel, drawRows, type Shape } from './random-model.js';
import { referenceWalk } from './reference-walk.js';

/** Times random models of many shapes, from ten small trees to thousands of large ones, against the walk of the reference. */
export function benchShapes(repetitions: number): void {
  const shapes: Shape[] = JSON.parse(readFileSync(new URL('../shapes.json', import.meta.url), 'utf8'));
  console.log(
    `\n${'random models, microseconds a row'.padEnd(36)}${'reference'.padStart(11)}${'plain'.padStart(10)}${'kernel'.padStart(10)}${'one row'.padStart(10)}`,
  );
  for (const shape of shapes) {
    const timings = timeShape(shape, repetitions);
    const name = `${shape.trees} trees × ${shape.leaves} leaves, ${shape.features} features`;
    console.log(`  ${name.padEnd(34)}${timings.map(({ median }) => (median / 1000).toFixed(2).padStart(10)).join('')}`);
  }
}

function timeShape(shape: Shape, repetitions: number): Timing[] {
  const model = createRandomModel(shape, 3);
  // a repetition of some 10 ms
  const nRows = Math.max(64, Math.round(2e6 / (shape.trees * Math.log2(shape.leaves))));
  const rows = drawRows(model, nRows, 5);
  const kernel = createKernelPredictor(model, rows);
  const plain = createPlainPredictor(model, rows);
  const row = (r: number) => rows.subarray(r * shape.features, (r + 1) * shape.features);
  const out = new Float64Array(nRows);
  const sum = (predict: (row: Float64Array) => number) => () => {
    let total = 0;
    for (let r = 0; r < nRows; r++) total += predict(row(r));
    return total;
  };
  expectReference(model, [kernel, plain], rows);
  return measure(
    [
      { name: 'reference', run: sum((row) => referenceWalk(model, row)) },
      { name: 'plain', run: () => plain.predictBatch(rows, out)[0] },
      { name: 'kernel', run: () => kernel.predictBatch(rows, out)[0] },
      { name: 'one row', run: sum(kernel.predict) },
    ],
    nRows,
    Math.min(repetitions, 5),
  );
}

function expectReference(model: Model, predictors: readonly Predictor[], rows: Float64Array): void {
  const nFeatures = model.featureNames.length;
  const batches = predictors.map((predictor) => predictor.predictBatch(rows));
  for (let r = 0; r < rows.length / nFeatures; r++) {
    const row = rows.subarray(r * nFeatures, (r + 1) * nFeatures);
    const expected = referenceWalk(model, row);
    for (const got of [...batches.map((batch) => batch[r]), ...predictors.map(({ predict }) => predict(row))]) {
      if (!Object.is(got, expected)) throw new Error(`rows[${r}]: expected ${expected}, got ${got}`);
    }
  }
}
