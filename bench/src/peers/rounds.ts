import { median } from '../measure.js';
import type { RivalProcess } from './rival-process.js';

/** Median nanoseconds a row. */
export interface Timing {
  readonly batch: number;
  readonly one: number;
}

/** How long a repetition takes at least: the same for all, since a short one would slip between what else the machine does. */
const REPETITION_NANOSECONDS = 0.25e9;

/** How many rows a contender has seen before it is timed: more than it takes to make a kernel. */
const ROWS_TO_WARM_UP = 20_000;

/** Times all rivals in turn, so that a slow spell of the machine falls on all of them. */
export async function timeInTurn(
  rivals: readonly RivalProcess[],
  nRows: number,
  repetitions: number,
): Promise<Timing[]> {
  const batch = await timeBatchInTurn(rivals, nRows, repetitions);
  const counts: number[] = [];
  for (const rival of rivals) counts.push(await countOf(rival, nRows));
  const timeOne = (rival: RivalProcess, k: number) => rival.timeOne(counts[k]);
  await inTurn(rivals, 2, timeOne);
  const one = await inTurn(rivals, repetitions, timeOne);
  return rivals.map((_, k) => ({ batch: batch[k], one: one[k] }));
}

/** The same for calls of all rows only. */
export async function timeBatchInTurn(
  rivals: readonly RivalProcess[],
  nRows: number,
  repetitions: number,
): Promise<number[]> {
  for (let seen = 0; seen < ROWS_TO_WARM_UP; seen += nRows) for (const rival of rivals) await rival.timeBatch();
  const calls: number[] = [];
  for (const rival of rivals) calls.push(Math.ceil(REPETITION_NANOSECONDS / (nRows * (await rival.timeBatch()))));
  return inTurn(rivals, repetitions, (rival, k) => timeBatches(rival, calls[k]));
}

async function timeBatches(rival: RivalProcess, nCalls: number): Promise<number> {
  let sum = 0;
  for (let call = 0; call < nCalls; call++) sum += await rival.timeBatch();
  return sum / nCalls;
}

async function inTurn(
  rivals: readonly RivalProcess[],
  repetitions: number,
  time: (rival: RivalProcess, k: number) => Promise<number>,
): Promise<number[]> {
  const times = rivals.map(() => [] as number[]);
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const [k, rival] of rivals.entries()) times[k].push(await time(rival, k));
  }
  return times.map(median);
}

/** How many rows a repetition of one row a call takes. */
async function countOf(rival: RivalProcess, nRows: number): Promise<number> {
  const nFew = Math.min(200, nRows);
  await rival.timeOne(nFew);
  return Math.min(nRows, Math.max(nFew, Math.round(REPETITION_NANOSECONDS / (await rival.timeOne(nFew)))));
}
