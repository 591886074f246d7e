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
  const matrix = readFloat64(pathOf('rows.f64'));
  const n = matrix.length / Number(nFeatures);
  const rows = Array.from({ length: n }, (_, r) => matrix.slice(r * Number(nFeatures), (r + 1) * Number(nFeatures)));
  const out = new Float64Array(n);

  const answers: Record<string, (argument: string) => unknown> = {
    predict: async (path) => {
      await rival.predictBatch(matrix, out);
      writeFloat64(path, out);
    },
    batch: async () => (await nanoseconds(async () => rival.predictBatch(matrix, out))) / n,
    one: async (count) => (await timeCalls(rival, rows.slice(0, Number(count)))) / Number(count),
  };
  say({ title: rival.title, versions: rival.versions, note: rival.note ?? '' });
  for await (const line of createInterface({ input: process.stdin })) {
    const [, command, argument] = line.match(/^(\w+) ?(.*)$/) ?? [];
    say((await answers[command](argument)) ?? null);
  }
}

async function timeCalls({ predict }: Rival, rows: readonly Float64Array[]): Promise<number> {
  let sink = 0;
  const time = await nanoseconds(async () => {
    for (const row of rows) {
      const prediction = predict(row);
      // an await a row would cost a synchronous rival as much as its prediction
      sink += typeof prediction === 'number' ? prediction : await prediction;
    }
  });
  if (Number.isNaN(sink)) throw new Error('expected predictions, got NaN');
  return time;
}

async function nanoseconds(work: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start);
}

function say(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
