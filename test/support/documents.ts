import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** A model document, before anybody has checked it. */
export type Document = Record<string, unknown>;

/** A tree of three nodes: `feature` at most `threshold` gives `left`, more gives `right`. */
export function stump(feature: number, threshold: number, left: number, right: number): Document {
  return {
    children_left: [1, -1, -1],
    children_right: [2, -1, -1],
    feature: [feature, -2, -2],
    threshold: [threshold, -2, -2],
    value: [0, left, right],
    weighted_n_node_samples: [2, 1, 1],
  };
}

/** A valid document over the features `a` and `b`, with other values for some of its keys. */
export function document(changes: Document = {}): Document {
  return {
    format: 'housing-model',
    format_version: 1,
    kind: 'GradientBoostingRegressor',
    sklearn_version: '1.9.1',
    rules: {
      comparison: 'float32(sample) <= float64(threshold)',
      summation: 'float64 init, then + learning_rate * value, tree by tree',
    },
    feature_names: ['a', 'b'],
    scaler: { fit: 'training', mean: [1, 2], scale: [2, 4] },
    init: 10,
    learning_rate: 0.5,
    trees: [stump(0, 0, -2, 2), stump(1, 1, -4, 4)],
    golden: { rows: [[1, 2], [3, 8]], predictions: [7, 13] }, // biome-ignore format: a row a bracket
    training: {
      n_samples: 2,
      features: [
        { minimum: 1, maximum: 3, bin_edges: [1, 2, 3], counts: [1, 1] },
        { minimum: 2, maximum: 8, bin_edges: [2, 5, 8], counts: [1, 1] },
      ],
      held_out: { n_samples: 1, mean_squared_error: 0.5 },
    },
    ...changes,
  };
}

/** The text of a document that predicts `init - 3` for the row [1, 2]. */
export function documentOf(init: number): string {
  return JSON.stringify(document({ init, golden: { rows: [[1, 2]], predictions: [init - 3] } }));
}

/** A shipped document, as bytes on disk became JSON. */
export function shipped(
  name: 'housing' | 'housing-flask',
): Document & { golden: { rows: number[][]; predictions: number[] } } {
  return JSON.parse(readFileSync(createRequire(import.meta.url).resolve(`@housing/model/models/${name}.json`), 'utf8'));
}
