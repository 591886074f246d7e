/** A histogram of Prometheus whose values are counted elsewhere. */
export interface Histogram {
  readonly name: string;
  readonly help: string;
  readonly bounds: readonly number[]; // [buckets], ascending upper bounds
  readonly series: readonly HistogramSeries[];
}

/** The values of one set of labels. */
export interface HistogramSeries {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly counts: ArrayLike<number>; // [buckets + 1], each of its own bucket, the last of what is above all bounds
  readonly sum: number;
}

/** Writes a histogram in the text format of Prometheus, version 0.0.4; prom-client writes only what it has counted itself. */
export function formatHistogram({ name, help, bounds, series }: Histogram): string {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
  for (const { labels, counts, sum } of series) {
    const text = formatLabels(labels);
    let below = 0;
    for (let b = 0; b <= bounds.length; b++) {
      below += counts[b];
      lines.push(`${name}_bucket{${text},le="${bounds[b] ?? '+Inf'}"} ${below}`);
    }
    lines.push(`${name}_sum{${text}} ${sum}`, `${name}_count{${text}} ${below}`);
  }
  return `${lines.join('\n')}\n`;
}

function formatLabels(labels: Readonly<Record<string, string | number>>): string {
  return Object.entries(labels)
    .map(([label, value]) => `${label}="${escapeLabel(String(value))}"`)
    .join(',');
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
