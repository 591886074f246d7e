import { createPredictor, type Predictor } from '@housing/model';
import { housingModel } from './housing.js';

/** How many predictors live at once while their memory is measured. */
const N_PREDICTORS = 100;

// what one more predictor takes, kernel and all, beyond its model
const predictors: Predictor[] = [];
const before = process.memoryUsage.rss();
while (predictors.length < N_PREDICTORS) {
  predictors.push(createPredictor(housingModel, { expectedRows: Number.POSITIVE_INFINITY }));
}
const bytes = (process.memoryUsage.rss() - before) / predictors.length;
console.log(`\nmemory of a predictor beyond its model: ${(bytes / 1e6).toFixed(2)} MB`);
