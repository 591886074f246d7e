import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { createPredictor, type Model, parseModel } from '@housing/model';
import { createFloor } from './floor.js';
import { measure, printTimings } from './measure.js';
import { benchMemory } from './memory.js';
import { createNodeObjects } from './node-objects.js';
import { createKernelPredictor, createPlainPredictor } from './plain.js';
import { seededRandom } from './random.js';
import { referenceWalk } from './reference-walk.js';
import { benchShapes } from './shapes.js';
import { benchStart } from './start.js';

const { values: options } = parseArgs({
  options: { rows: { type: 'string', default: '10000' }, repetitions: { type: 'string', default: '15' } },
});
const nRows = Number(options.rows);
const repetitions = Number(options.repetitions);

const document = readFileSync(new URL(import.meta.resolve('@housing/model/models/housing.json')), 'utf8');
const model = parseModel(JSON.parse(document));
const matrix = randomRows(model, nRows);
const rows = Array.from({ length: nRows }, (_, r) =>
  matrix.slice(r * model.featureNames.length, (r + 1) * model.featureNames.length),
);
const predictor = createKernelPredictor(model, matrix);
const plain = createPlainPredictor(model, matrix);
const predictByObjects = createNodeObjects(model);
const out = new Float64Array(nRows);

expectSamePredictions();
console.log(
  `${nRows} random rows, ${model.trees.length} trees, one thread; ${cpus()[0].model}, node ${process.version}`,
);

const total = (predict: (row: Float64Array) => number) => () => rows.reduce((sum, row) => sum + predict(row), 0);
const floor = createFloor(model.trees.length, rows);
printTimings('one row a call', measure([
  floor,
  { name: 'predict', run: total(predictor.predict) },
  { name: 'predict, without WebAssembly', run: total(plain.predict) },
  { name: 'node objects', run: total(predictByObjects) },
  { name: 'reference walk', run: total((row) => referenceWalk(model, row)) },
], nRows, repetitions)); // biome-ignore format: a contender a line

printTimings(`batches of ${nRows}`, measure([
  floor,
  { name: 'predictBatch', run: () => predictor.predictBatch(matrix, out)[nRows - 1] },
  { name: 'predictBatch, without WebAssembly', run: () => plain.predictBatch(matrix, out)[nRows - 1] },
  { name: 'reference walk', run: total((row) => referenceWalk(model, row)) },
], nRows, repetitions)); // biome-ignore format: a contender a line

benchShapes(repetitions);
benchStart(repetitions);
benchMemory(createPredictor, model, matrix);

/** Rows drawn evenly from the range of each feature in training, row-major. */
function randomRows({ training, featureNames }: Model, n: number): Float64Array {
  if (training === undefined) throw new Error('expected a model with a training block');
  const random = seededRandom(7);
  return Float64Array.from({ length: n * featureNames.length }, (_, k) => {
    const { minimum, maximum } = training.features[k % featureNames.length];
    return minimum + random() * (maximum - minimum);
  });
}

/** Times nothing that is wrong: every contender gives the same double for every row. */
function expectSamePredictions(): void {
  const batch = predictor.predictBatch(matrix);
  const plainBatch = plain.predictBatch(matrix);
  rows.forEach((row, r) => {
    const expected = referenceWalk(model, row);
    for (const got of [predictor.predict(row), batch[r], plain.predict(row), plainBatch[r], predictByObjects(row)]) {
      if (!Object.is(got, expected)) throw new Error(`rows[${r}]: expected ${expected}, got ${got}`);
    }
  });
}
