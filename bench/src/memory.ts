import type { Model, Predictor } from '@housing/model';

/** How many predictors live at once while their memory is measured. */
const N_PREDICTORS = 100;

/** Measures what one more predictor of a model takes, kernel and all, beyond the model itself. */
export function benchMemory(createPredictor: (model: Model) => Predictor, model: Model, rows: Float64Array): void {
  const before = process.memoryUsage.rss();
  const predictors = Array.from({ length: N_PREDICTORS }, () => createPredictor(model));
  for (const predictor of predictors) {
    for (let n = 0; n <= 10_000; n += rows.length / model.featureNames.length) predictor.predictBatch(rows);
  }
  const bytes = (process.memoryUsage.rss() - before) / N_PREDICTORS;
  console.log(`\nmemory of a predictor beyond its model: ${(bytes / 1e6).toFixed(2)} MB resident`);
}
