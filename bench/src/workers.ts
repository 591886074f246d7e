import { createPredictor } from '@housing/model';
import { createWorkerPool } from '@housing/model/workers';
import { drawHousingRows, housingModel } from './housing.js';
import { median, printTimings } from './measure.js';
import { options } from './options.js';

// a pool of one and of two workers against one thread, all over rows in shared memory into the same place
const nRows = 100 * options.rows;
const rows = drawHousingRows(nRows);
const shared = new Float64Array(new SharedArrayBuffer(rows.byteLength));
shared.set(rows);
const out = new Float64Array(new SharedArrayBuffer(8 * nRows));
const predictor = createPredictor(housingModel, { expectedRows: Number.POSITIVE_INFINITY });
const pools = [1, 2].map((workers) => ({ workers, pool: createWorkerPool(housingModel, { workers }) }));
const contenders = [
  { name: 'predictBatch', run: async () => predictor.predictBatch(shared, out) },
  ...pools.map(({ workers, pool }) => ({
    name: `predictBatchAsync, ${workers} worker${workers === 1 ? '' : 's'}`,
    run: () => pool.predictBatchAsync(shared, { out }),
  })),
];

const expected = predictor.predictBatch(rows);
const times = contenders.map(() => [] as number[]);
for (let repetition = -3; repetition < options.repetitions; repetition++) {
  for (const [c, { name, run }] of contenders.entries()) {
    out.fill(Number.NaN);
    const start = process.hrtime.bigint();
    await run();
    const nanoseconds = Number(process.hrtime.bigint() - start) / nRows;
    expectSame(name, out, expected);
    // the first three warm up: they start the threads, and make the kernel of each
    if (repetition >= 0) times[c].push(nanoseconds);
  }
}
await Promise.all(pools.map(({ pool }) => pool.close()));
printTimings(
  `${nRows} shared rows, a row`,
  contenders.map(({ name }, c) => ({ name, minimum: Math.min(...times[c]), median: median(times[c]) })),
);

function expectSame(name: string, got: Float64Array, expected: Float64Array): void {
  for (let r = 0; r < expected.length; r++) {
    if (!Object.is(got[r], expected[r])) throw new Error(`${name}, rows[${r}]: expected ${expected[r]}, got ${got[r]}`);
  }
}
