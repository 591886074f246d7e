import type { ServedModel } from '../models/served-model.js';
import { createDrift, type Drift } from './drift.js';
import { keyOf, type VersionCounts } from './retired-versions.js';

/** How many rows a version of a model has predicted since the start, whichever of its files has served. */
export interface RowCount {
  readonly model: string;
  readonly version: number;
  nRows: number;
}

/** What models have predicted. */
export interface Usage extends VersionCounts {
  /** Counts the rows of a request that has been answered. */
  count(served: ServedModel, rows: Float64Array): void;
  rowCounts(): Iterable<RowCount>;
  /** The drift of the rows that a model has predicted, where it has a training block. */
  drift(served: ServedModel): Drift | undefined;
}

interface ModelUsage {
  readonly nFeatures: number;
  readonly rowCount: RowCount;
  readonly drift: Drift | undefined;
}

export function createUsage(): Usage {
  const rowCounts = new Map<string, RowCount>();
  // ends with the model: what replaces it has a training block of its own
  const usages = new WeakMap<ServedModel, ModelUsage>();

  function usageOf(served: ServedModel): ModelUsage {
    const known = usages.get(served);
    if (known !== undefined) return known;
    const { training, featureNames } = served.model;
    const drift = training === undefined ? undefined : createDrift(training, Date.now());
    const usage = { nFeatures: featureNames.length, rowCount: rowCountOf(served), drift };
    usages.set(served, usage);
    return usage;
  }

  function rowCountOf({ name, version }: ServedModel): RowCount {
    const key = keyOf(name, version);
    const rowCount = rowCounts.get(key) ?? { model: name, version, nRows: 0 };
    rowCounts.set(key, rowCount);
    return rowCount;
  }

  return {
    count(served, rows) {
      const { nFeatures, rowCount, drift } = usageOf(served);
      rowCount.nRows += rows.length / nFeatures;
      drift?.look(rows);
    },
    forget(isRetired) {
      for (const [key, { model, version }] of rowCounts) if (isRetired(model, version)) rowCounts.delete(key);
    },
    rowCounts: () => rowCounts.values(),
    drift: (served) => usageOf(served).drift,
  };
}
