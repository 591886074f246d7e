/** One way to do the work of a benchmark. */
export interface Contender {
  readonly name: string;
  /** Does all of the work once and returns something that depends on all of it, so that none of it can be left out. */
  run(): number;
}

/** How long a contender took, in nanoseconds a row. */
export interface Timing {
  readonly name: string;
  readonly minimum: number;
  readonly median: number;
}

/**
 * Times the contenders in turn, so that a slow spell of the machine falls on all of them.
 *
 * @param nRows how many rows one run works through
 */
export function measure(contenders: readonly Contender[], nRows: number, repetitions: number): Timing[] {
  let sink = 0;
  const times = contenders.map(() => [] as number[]);
  for (let repetition = -2; repetition < repetitions; repetition++) {
    contenders.forEach((contender, c) => {
      const start = process.hrtime.bigint();
      sink += contender.run();
      const nanoseconds = Number(process.hrtime.bigint() - start) / nRows;
      // the first two warm up
      if (repetition >= 0) times[c].push(nanoseconds);
    });
  }
  if (Number.isNaN(sink)) throw new Error('expected predictions, got NaN');
  return contenders.map(({ name }, c) => ({ name, minimum: Math.min(...times[c]), median: median(times[c]) }));
}

/** The middle of some values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** Prints one line a contender, with its time as a multiple of the first one's. */
export function printTimings(title: string, timings: readonly Timing[]): void {
  console.log(
    `\n${title.padEnd(44)}${'median ns'.padStart(12)}${'minimum ns'.padStart(12)}${'of the first'.padStart(14)}`,
  );
  for (const { name, minimum, median } of timings) {
    const ratio = median / timings[0].median;
    console.log(
      `  ${name.padEnd(42)}${median.toFixed(0).padStart(12)}${minimum.toFixed(0).padStart(12)}${ratio.toFixed(2).padStart(14)}`,
    );
  }
}
