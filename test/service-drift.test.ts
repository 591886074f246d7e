import { readFileSync } from 'node:fs';
import { createPredictor, parseModel } from '@housing/model';
import type { ServedModel } from '@housing/service';
import t from 'tap';
import { document } from './support/documents.js';
import { samplesOf, scrape } from './support/metrics.js';
import { build, post, servedModel } from './support/service.js';

const rowsLookedAt = 'model_drift_rows_total';
const outside = 'model_drift_rows_outside_training_range_total';
const index = 'model_drift_population_stability_index';
const ofModel = 'model="m",version="1"';

/** A model over `a`, in training from 1 to 3, and `b`, from 2 to 8, half of the rows below 2 and 5 each. */
function modelOf(changes: Record<string, unknown> = {}): ServedModel {
  const model = parseModel(document(changes));
  return { ...servedModel('housing'), name: 'm', model, predictor: createPredictor(model) };
}

t.test('rows outside the training range are counted by feature; its ends are inside', async (t) => {
  const app = build(t, { models: [modelOf()] });
  await post(app, '/predict', { a: [1, 3, 2], b: [2, 8, 5] });
  await post(app, '/predict', { a: [0.9999999999999999], b: [8.000000000000002] });
  await post(app, '/predict', { a: [-1e6, 3.0000000000000004], b: [5, 5] });
  const samples = await scrape(app);
  t.equal(samples.get(`${rowsLookedAt}{${ofModel}}`), 6);
  t.strictSame(samplesOf(samples, outside), {
    [`${outside}{${ofModel},feature="a"}`]: 3,
    [`${outside}{${ofModel},feature="b"}`]: 1,
  });
});

t.test('the index is the sum over the bins, of which the outer ones are open', async (t) => {
  const app = build(t, { models: [modelOf()] });
  // of a three quarters in the lower bin, of b all as in training, where a bin holds its lower edge
  const a = [...Array(250).fill(-5), ...Array(500).fill(1.5), ...Array(250).fill(1e9)];
  const b = [...Array(500).fill(4.999), ...Array(500).fill(5)];
  await post(app, '/predict', { a, b });
  const indices = samplesOf(await scrape(app), index);
  t.ok(Math.abs(indices[`${index}{${ofModel},feature="a"}`] - 0.25 * Math.log(3)) < 1e-15);
  t.equal(indices[`${index}{${ofModel},feature="b"}`], 0);
});

t.test('an empty bin counts as one row in ten thousand', async (t) => {
  const app = build(t, { models: [modelOf()] });
  await post(app, '/predict', { a: Array(1000).fill(1), b: Array(1000).fill(2) });
  const expected = (1 - 0.5) * Math.log(1 / 0.5) + (0.0001 - 0.5) * Math.log(0.0001 / 0.5);
  for (const feature of ['a', 'b'])
    t.equal((await scrape(app)).get(`${index}{${ofModel},feature="${feature}"}`), expected);
});

// by numpy.histogram of the clipped values, and the sum of (actual - expected) * log(actual / expected), shares at least 1e-4
const byNumpy = {
  'all rows of the table, of which it was trained on 404': [
    1,
    {
      CHAS: 2.9111640876204174e-7,
      RM: 0.0023502719712720547,
      TAX: 0.004436598128398816,
      PTRATIO: 0.0043769708593359175,
      B: 0.003179788190578486,
      LSTAT: 0.002107206591834972,
    },
  ],
  'the same, a tenth larger': [
    1.1,
    {
      CHAS: 2.9111640876204174e-7,
      RM: 1.0733453623828704,
      TAX: 0.44040836070081607,
      PTRATIO: 0.9851725629617651,
      B: 1.6751184574709128,
      LSTAT: 0.036001880188874326,
    },
  ],
} as const;

for (const [what, [factor, expected]] of Object.entries(byNumpy)) {
  t.test(`the index is that of NumPy for ${what}`, async (t) => {
    const app = build(t);
    const rows = bostonRows().map((row) => Object.fromEntries(Object.entries(row).map(([f, x]) => [f, x * factor])));
    // the same distribution twice: one is of too few rows
    for (let k = 0; k < 2; k++) t.equal((await post(app, '/predict', rows)).statusCode, 200);
    const samples = await scrape(app);
    for (const [feature, value] of Object.entries(expected)) {
      const got = samples.get(`${index}{model="housing",version="1",feature="${feature}"}`) ?? Number.NaN;
      t.ok(Math.abs(got - value) < 1e-14, `${feature}: expected ${value}, got ${got}`);
    }
  });
}

t.test('before a thousand rows there is no index', async (t) => {
  const app = build(t, { models: [modelOf()] });
  await post(app, '/predict', { a: Array(999).fill(1), b: Array(999).fill(2) });
  t.strictSame(samplesOf(await scrape(app), index), {});
  await post(app, '/predict', { a: [1], b: [2] });
  t.equal(Object.keys(samplesOf(await scrape(app), index)).length, 2);
});

t.test('of more than a thousand rows one of each thousandth is looked at', async (t) => {
  const app = build(t, { models: [modelOf()] });
  // 1,500 thousandths of two rows: that part is told exactly, and the rest within it at random
  const a = Array.from({ length: 3000 }, (_, r) => (r < 600 ? 0 : 2));
  const b = Array.from({ length: 3000 }, (_, r) => (r % 3 === 0 ? 9 : 5));
  await post(app, '/predict', { a, b });
  const samples = await scrape(app);
  t.equal(samples.get(`${rowsLookedAt}{${ofModel}}`), 1000);
  t.equal(samples.get(`${outside}{${ofModel},feature="a"}`), 200);
  // 333 are expected, with a standard deviation of 15
  const nOutside = samples.get(`${outside}{${ofModel},feature="b"}`) ?? Number.NaN;
  t.ok(nOutside > 200 && nOutside < 466, `${nOutside} of 1,000`);
});

t.test('what was asked an hour ago is forgotten, once a thousand rows have come since', async (t) => {
  let now = 0;
  t.intercept(Date, 'now', { value: () => now });
  const app = build(t, { models: [modelOf()] });
  const indexOf = async () => (await scrape(app)).get(`${index}{${ofModel},feature="a"}`);
  const send = (a: number) => post(app, '/predict', { a: Array(1000).fill(a), b: Array(1000).fill(2) });
  const oneBin = await send(1).then(indexOf);

  // before half an hour has passed all are in one window
  now = 29 * 60_000;
  await send(3);
  t.equal(await indexOf(), 0);
  // then what comes is the second half of the window
  now = 30 * 60_000;
  t.equal(await indexOf(), 0);
  await send(3);
  t.ok(Math.abs(((await indexOf()) ?? 0) - ((2 / 3 - 1 / 2) * Math.log(4 / 3) + (1 / 3 - 1 / 2) * Math.log(2 / 3))) < 1e-15); // biome-ignore format: one value
  // and the first is dropped when the second has lasted as long
  now = 60 * 60_000;
  t.equal(await indexOf(), oneBin, 'all in the other bin');
  // however long nothing comes
  now = 600 * 60_000;
  await post(app, '/predict', { a: [1], b: [2] });
  t.not(await indexOf(), undefined);
});

t.test('after a day without a row there is no index, and what comes then begins anew', async (t) => {
  let now = 0;
  t.intercept(Date, 'now', { value: () => now });
  const app = build(t, { models: [modelOf()] });
  const indexOf = async () => (await scrape(app)).get(`${index}{${ofModel},feature="a"}`);
  const send = (n: number, a: number) => post(app, '/predict', { a: Array(n).fill(a), b: Array(n).fill(2) });
  now = 60 * 60_000;
  const oneBin = await send(1000, 1).then(indexOf);
  now = 24 * 60 * 60_000;
  t.equal(await indexOf(), oneBin, '23 hours later');
  now = 25 * 60 * 60_000;
  t.equal(await indexOf(), undefined, '24 hours later');
  await send(999, 3);
  t.equal(await indexOf(), undefined);
  await send(1, 3);
  t.equal(await indexOf(), oneBin, 'all in the other bin');
});

t.test('a model without a training block has no drift', async (t) => {
  const app = build(t, { models: [modelOf({ training: undefined })] });
  await post(app, '/predict', { a: Array(1000).fill(1), b: Array(1000).fill(2) });
  const samples = await scrape(app);
  t.strictSame(samplesOf(samples, 'model_drift'), {});
  t.equal(samples.get(`model_predicted_rows_total{${ofModel}}`), 1000);
});

function bostonRows(): Record<string, number>[] {
  const [head, ...lines] = readFileSync('model-export/data/boston.csv', 'utf8').trim().split('\n');
  const names = head.replaceAll('"', '').split(',');
  const { featureNames } = servedModel('housing').predictor;
  return lines.map((line) => {
    const values = line.split(',');
    return Object.fromEntries(featureNames.map((name) => [name, Number(values[names.indexOf(name)])]));
  });
}
