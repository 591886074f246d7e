import { readFileSync } from 'node:fs';
import { createPredictor, type Model, type Predictor } from '@housing/model';
import { measure, type Timing } from './measure.js';
import { options } from './options.js';
import { createPlainPredictor } from './plain.js';
import { createRandomModel, drawRows, type Shape } from './random-model.js';
import { referenceWalk } from './reference-walk.js';

const shapes: Shape[] = JSON.parse(readFileSync(new URL('../shapes.json', import.meta.url), 'utf8'));
const heads = ['reference', 'plain', 'kernel', 'one row'].map((head) => head.padStart(12)).join('');
console.log(`\n${'random models, microseconds a row'.padEnd(44)}${heads}`);
for (const shape of shapes) {
  const name = `${shape.trees} trees of ${shape.leaves} leaves, ${shape.features} features`;
  const medians = timeShape(shape).map(({ median }) => (median / 1000).toFixed(2).padStart(12));
  console.log(`  ${name.padEnd(42)}${medians.join('')}`);
}

function timeShape(shape: Shape): Timing[] {
  const model = createRandomModel(shape, 3);
  // a repetition of some 10 ms
  const nRows = Math.max(64, Math.round(2e6 / (shape.trees * Math.log2(shape.leaves))));
  const rows = drawRows(model, nRows, 5);
  const kernel = createPredictor(model, { expectedRows: Number.POSITIVE_INFINITY });
  const plain = createPlainPredictor(model);
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
    Math.min(options.repetitions, 5),
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
