import { randomRows } from '../random-rows.js';
import { referenceWalk } from '../reference-walk.js';
import type { Version } from './models.js';

/** Some rows, and what each version predicts for them, by the digest of its file. */
export interface Batch {
  readonly rows: readonly (readonly number[])[];
  readonly expected: ReadonlyMap<string, readonly number[]>;
}

/** Draws batches of these sizes, and walks every tree for every row by the plainest of all walks. */
export function makeBatches(versions: readonly Version[], sizes: readonly number[]): Batch[] {
  const [{ model }] = versions;
  const nFeatures = model.featureNames.length;
  const values = randomRows(
    model,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  let r = 0;
  return sizes.map((size) => {
    const rows = Array.from({ length: size }, () => [...values.subarray(r * nFeatures, ++r * nFeatures)]);
    const expected = new Map(
      versions.map(({ sha256, model }) => [sha256, rows.map((row) => referenceWalk(model, row))]),
    );
    return { rows, expected };
  });
}
