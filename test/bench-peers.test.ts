import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accuracyOf } from '@housing/bench/peers/accuracy.js';
import { edgeRows } from '@housing/bench/peers/edge-rows.js';
import { readFloat64, writeFloat64 } from '@housing/bench/peers/float64-file.js';
import { createPredictor, parseModel } from '@housing/model';
import t, { type Test } from 'tap';

const document = readFileSync('packages/model/models/housing.json', 'utf8');
const model = parseModel(JSON.parse(document));
const edges = edgeRows(model);
const expected = createPredictor(model).predictBatch(edges);

/** Asks a rival for its predictions of the rows on thresholds, as `npm run bench:peers` does. */
function ask(t: Test, name: string): Float64Array {
  const folder = t.testdir();
  writeFileSync(join(folder, 'model.json'), document);
  for (const rows of ['rows', 'edges']) writeFloat64(join(folder, `${rows}.f64`), edges);
  const rival = `bench/peers/${name}/rival.js`;
  const { stdout, stderr } = spawnSync(process.execPath, [rival, folder, `${model.featureNames.length}`], {
    input: `predict edges ${name}\nbatch\none 10\n`,
    encoding: 'utf8',
  });
  const [introduction, predicted, batch, one] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.type(introduction?.title, 'string', stderr);
  t.equal(predicted, null);
  t.ok(batch > 0 && one > 0, `expected nanoseconds, got ${batch}, ${one}`);
  return readFloat64(join(folder, `edges.${name}.f64`));
}

t.test('a prediction that differs in the last bit is not equal', async (t) => {
  const close = Float64Array.of(1, 1 + Number.EPSILON, 3, -0);
  t.strictSame(accuracyOf(close, Float64Array.of(1, 1, 3, 0)), { equal: 0.5, worst: Number.EPSILON });
});

t.test('a prediction that is no number is the worst', async (t) => {
  t.strictSame(accuracyOf(Float64Array.of(1, Number.NaN, 2), Float64Array.of(1, 1, 1)), {
    equal: 1 / 3,
    worst: Number.NaN,
  });
});

for (const name of ['housing-model', 'generated-source']) {
  t.test(`${name} answers every row on a threshold to the last bit`, async (t) => {
    t.strictSame(accuracyOf(ask(t, name), expected), { equal: 1, worst: 0 });
  });
}

t.test('a port without float32 rounding is told from an exact one by rows on thresholds', async (t) => {
  const { equal, worst } = accuracyOf(ask(t, 'naive-port'), expected);
  t.ok(equal > 0.5 && equal < 0.95, `equal: ${equal}`);
  t.ok(worst > 0.01, `worst: ${worst}`);
});
