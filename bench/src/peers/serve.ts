import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readFloat64, writeFloat64 } from './float64-file.js';

/** What a rival written in JavaScript can do. */
export interface Rival {
  readonly title: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly note?: string;
  /** Predicts a raw row [features]. */
  predict(row: Float64Array): number | Promise<number>;
  /** Predicts raw rows, row-major, into `out`. */
  predictBatch(rows: Float64Array, out: Float64Array): unknown;
}

const [, , folder, nFeatures] = process.argv;

/** The path of a file of the model that all rivals predict with. */
export function pathOf(name: string): string {
  return join(folder, name);
}

/** Answers the commands of `bench:peers` on stdin with a line of JSON each, until stdin ends. */
export async function serve(rival: Rival): Promise<void> {
  const rows = readFloat64(pathOf('rows.f64'));
  const answers: Record<string, (...names: string[]) => Promise<unknown>> = {
    predict: (name, rivalName) => predict(rival, name, rivalName),
    batch: () => timeBatch(rival, rows),
    one: (n) => timeCalls(rival, rows, Number(n)),
  };
  say({ title: rival.title, versions: rival.versions, note: rival.note ?? '' });
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, ...names] = line.split(' ');
    say((await answers[command](...names)) ?? null);
  }
}

async function predict(rival: Rival, name: string, rivalName: string): Promise<void> {
  const rows = readFloat64(pathOf(`${name}.f64`));
  const out = new Float64Array(countRows(rows));
  await rival.predictBatch(rows, out);
  writeFloat64(pathOf(`${name}.${rivalName}.f64`), out);
}

function countRows(rows: Float64Array): number {
  return rows.length / Number(nFeatures);
}

async function timeBatch(rival: Rival, rows: Float64Array): Promise<number> {
  const out = new Float64Array(countRows(rows));
  return (await nanoseconds(async () => rival.predictBatch(rows, out))) / out.length;
}

async function timeCalls({ predict }: Rival, rows: Float64Array, n: number): Promise<number> {
  const isPromise = typeof predict(rows.slice(0, Number(nFeatures))) !== 'number';
  let sum = 0;
  const time = await nanoseconds(async () => {
    sum = isPromise ? await awaitEach(predict, rows, n) : callEach(predict, rows, n);
  });
  if (Number.isNaN(sum)) throw new Error('expected predictions, got NaN');
  return time / n;
}

// apart from the loop that awaits: V8 makes that a generator, which costs a synchronous rival a tenth of its time
function callEach(predict: Rival['predict'], rows: Float64Array, n: number): number {
  const row = new Float64Array(Number(nFeatures));
  let sum = 0;
  for (let r = 0; r < n; r++) {
    readRow(rows, r, row);
    const prediction = predict(row);
    sum += typeof prediction === 'number' ? prediction : Number.NaN;
  }
  return sum;
}

async function awaitEach(predict: Rival['predict'], rows: Float64Array, n: number): Promise<number> {
  const row = new Float64Array(Number(nFeatures));
  let sum = 0;
  for (let r = 0; r < n; r++) {
    readRow(rows, r, row);
    sum += await predict(row);
  }
  return sum;
}

// into one array, as a server has just read it: an array a row would be fetched from memory each time
function readRow(rows: Float64Array, r: number, row: Float64Array): void {
  for (let f = 0; f < row.length; f++) row[f] = rows[r * row.length + f];
}

async function nanoseconds(work: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start);
}

function say(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
