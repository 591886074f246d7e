/** One line of the table: a ratio, or a time, against its target. */
export interface Figure {
  readonly what: string;
  readonly measured: number;
  readonly target: number;
  readonly better: 'higher' | 'lower';
  readonly unit?: string;
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** Prints a line a figure, with whether it meets its target. */
export function printFigures(figures: readonly Figure[]): void {
  console.log(`\n${'figure'.padEnd(72)}${'target'.padStart(12)}${'measured'.padStart(12)}`);
  for (const { what, measured, target, better, unit = '' } of figures) {
    const bound = `${better === 'higher' ? '≥' : '≤'} ${target}${unit}`;
    const verdict = missesBy({ what, measured, target, better }) > 1 ? 'not met' : 'met';
    const value = `${measured.toFixed(measured < 10 ? 2 : 0)}${unit}`;
    console.log(`${what.padEnd(72)}${bound.padStart(12)}${value.padStart(12)}  ${verdict}`);
  }
}

/** How many times worse than its target a figure is: at most 1 where it is met. */
export function missesBy({ measured, target, better }: Figure): number {
  return better === 'higher' ? target / measured : measured / target;
}
