import { createPredictor, parseModel } from '@housing/model';
import type { ServedModel } from '@housing/service';
import { document } from './documents.js';

/** Names that stand for something else in JavaScript, JSON pointers, HTML, a shell, CSV, a pattern or a split table. */
export const awkwardNames = ['__proto__', '1', 'a/b', 'größe "in", m²\u2028', `it's`, '$&', '{name}', '<b>', 'data'];

const model = parseModel(
  document({
    feature_names: awkwardNames,
    scaler: null,
    training: undefined,
    golden: { rows: [[1, -0, 3, 1e30, 5, 0.1, 7, 8, 9]], predictions: [13] },
  }),
);

/** A model with features of such names and without a training block. */
export const awkwardModel: ServedModel = {
  name: 'awkward.1-_',
  version: 1,
  sha256: '0'.repeat(64),
  loadedAt: 0,
  model,
  predictor: createPredictor(model),
};
