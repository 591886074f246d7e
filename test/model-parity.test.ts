import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { referenceWalk } from '@housing/bench/reference-walk.js';
import { type Model, type Predictor, parseModel, verify } from '@housing/model';
import t, { type Test } from 'tap';
import { nextDown, nextUp } from './support/doubles.js';
import { createEachPredictor } from './support/evaluators.js';

// what `model-export/fixtures.py` wrote: here with the repository, or just now elsewhere
const folder = process.env.PARITY_FIXTURES
  ? pathToFileURL(`${process.env.PARITY_FIXTURES}/`)
  : new URL('../fixtures/parity/', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.interval.json'))
  .map((file) => file.slice(0, -'.interval.json'.length));

t.ok(names.length >= 10, `${names.length} fixtures`);

for (const name of names) {
  t.test(name, async (t) => {
    const model = parseModel(JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')));
    const { rows, predictions } = readTable(name, model.featureNames.length);
    const each = (predict: (row: Float64Array) => number) => predictions.map((_, r) => predict(rowOf(rows, r, model)));

    for (const { evaluator, predictor } of createEachPredictor(model)) {
      const { predict, predictNamed, predictBatch } = predictor;
      t.same(different(predictions, predictBatch(rows)), [], `predictBatch by ${evaluator} is scikit-learn's`);
      verify(model, predictor);
      if (model.scaler === 'request') continue;
      t.same(different(predictions, each(predict)), [], `predict by ${evaluator} is`);
      const byName = each((row) => predictNamed(named(model, row)));
      t.same(different(predictions, byName), [], `predictNamed by ${evaluator} is`);
      expectInterval(t, name, predictor);
    }
    if (model.scaler === 'request') return;
    t.same(
      different(
        predictions,
        each((row) => referenceWalk(model, row)),
      ),
      [],
      'the reference walk does',
    );
    t.same(missingThresholds(model, rows), [], 'the rows include every threshold and its neighbours');
  });
}

type Table = { rows: Float64Array; predictions: Float64Array };

/** Reads little-endian doubles, row-major [n, features + 1], the last column being scikit-learn's prediction. */
function readTable(name: string, nFeatures: number): Table {
  const bytes = readFileSync(new URL(`${name}.f64`, folder));
  const table = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const isPrediction = (_: number, k: number) => k % (nFeatures + 1) === nFeatures;
  return { rows: table.filter((x, k) => !isPrediction(x, k)), predictions: table.filter(isPrediction) };
}

function rowOf(rows: Float64Array, r: number, { featureNames: { length } }: Model): Float64Array {
  return rows.subarray(r * length, (r + 1) * length);
}

function named({ featureNames }: Model, row: Float64Array): Record<string, number> {
  return Object.fromEntries(featureNames.map((feature, f) => [feature, row[f]]));
}

/** The first rows whose predictions are not the same double. */
function different(expected: Float64Array, got: Float64Array) {
  const rows = Array.from(expected, (x, row) => ({ row, expected: x, got: got[row] }));
  return rows.filter(({ expected, got }) => !Object.is(expected, got)).slice(0, 3);
}

/** The first thresholds of which no row has the last raw value that goes left and the doubles on both sides of it. */
function missingThresholds({ featureNames, scaler, trees }: Model, rows: Float64Array) {
  if (scaler === 'request') throw new Error('expected a scaler fitted in training');
  const { mean, scale } = scaler;
  const columns = featureNames.map((_, f) =>
    [...new Set(rows.filter((_, k) => k % featureNames.length === f))].sort((a, b) => a - b),
  );
  const samples = columns.map((column, f) => column.map((x) => Math.fround((x - mean[f]) / scale[f])));

  const { feature, threshold } = trees;
  return [...threshold.keys()].filter((i) => {
    const f = feature[i];
    if (f < 0) return false;
    const right = samples[f].findIndex((sample) => sample > threshold[i]);
    const [below, last, above] = columns[f].slice(Math.max(right - 2, 0), right + 1);
    return !(right >= 2 && last === nextDown(above) && below === nextDown(last));
  }).map((i) => ({ feature: featureNames[feature[i]], threshold: threshold[i] })).slice(0, 3); // biome-ignore format: a step a line
}

/** Both ends of what scikit-learn accepts, and the doubles next to them that it refuses. */
function expectInterval(t: Test, name: string, { accepted, featureNames, predict }: Predictor): void {
  const { lowest, highest } = JSON.parse(readFileSync(new URL(`${name}.interval.json`, folder), 'utf8'));
  t.strictSame(accepted.map((interval) => interval.lowest), lowest); // biome-ignore format: the twin of the next line
  t.strictSame(
    accepted.map((interval) => interval.highest),
    highest,
  );
  const middle = accepted.map((interval) => interval.lowest / 2 + interval.highest / 2);
  for (const [f, feature] of featureNames.entries()) {
    const at = (x: number) => predict(middle.with(f, x));
    t.type(at(lowest[f]), 'number');
    t.type(at(highest[f]), 'number');
    t.throws(() => at(nextDown(lowest[f])), { code: 'out_of_range', feature });
    t.throws(() => at(nextUp(highest[f])), { code: 'out_of_range', feature });
  }
}
