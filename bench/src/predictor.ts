import { createPredictor } from '@housing/model';
import { createFloor } from './floor.js';
import { drawHousingRows, housingModel } from './housing.js';
import { type Contender, measure, printTimings } from './measure.js';
import { createNodeObjects } from './node-objects.js';
import { options } from './options.js';
import { createPlainPredictor } from './plain.js';
import { referenceWalk } from './reference-walk.js';

const isPlain = options.which === 'plain';
const predictor = isPlain
  ? createPlainPredictor(housingModel)
  : createPredictor(housingModel, { expectedRows: Number.POSITIVE_INFINITY });
const nFeatures = housingModel.featureNames.length;
const matrix = drawHousingRows(options.rows);
const rows = Array.from({ length: options.rows }, (_, r) => matrix.slice(r * nFeatures, (r + 1) * nFeatures));
const expected = Float64Array.from(rows, (row) => referenceWalk(housingModel, row));
const out = new Float64Array(options.rows);

const floor = createFloor(housingModel.trees.length, rows);
const byObjects = createNodeObjects(housingModel);
const where = isPlain ? 'without WebAssembly' : 'with a kernel';
// apart from what takes twenty times as long, and would leave nothing of theirs in the caches
time(`${where}, one row a call`, [{ name: 'predict', run: predictOneByOne }]);
time(`${where}, batches of ${options.rows}`, [
  { name: 'predictBatch', run: () => predictor.predictBatch(matrix, out)[0] },
]);
time('others, one row a call', [
  { name: 'node objects', run: () => fill((row) => byObjects(row)) },
  { name: 'reference walk', run: () => fill((row) => referenceWalk(housingModel, row)) },
]);

// a loop of its own, as a program has that calls nothing else
function predictOneByOne(): number {
  for (let r = 0; r < rows.length; r++) out[r] = predictor.predict(rows[r]);
  return out[0];
}

function fill(predict: (row: Float64Array) => number): number {
  for (let r = 0; r < rows.length; r++) out[r] = predict(rows[r]);
  return out[0];
}

/** Times contenders beside the floor, after a look at what they predict. */
function time(title: string, contenders: readonly Contender[]): void {
  for (const { name, run } of contenders) {
    out.fill(Number.NaN);
    run();
    const r = expected.findIndex((prediction, r) => !Object.is(prediction, out[r]));
    if (r !== -1) throw new Error(`${name}, rows[${r}]: expected ${expected[r]}, got ${out[r]}`);
  }
  printTimings(title, measure([floor, ...contenders], options.rows, options.repetitions));
}
