import { readFileSync } from 'node:fs';
import { type Model, parseModel } from '@housing/model';
import { seededRandom } from './random.js';

/** The shipped document, as text. */
export const housingText = readFileSync(new URL(import.meta.resolve('@housing/model/models/housing.json')), 'utf8');

/** The shipped model. */
export const housingModel: Model = parseModel(JSON.parse(housingText));

/** Draws rows evenly from the range of each feature in training, row-major [n, features]. */
export function drawHousingRows(n: number): Float64Array {
  const { training, featureNames } = housingModel;
  if (training === undefined) throw new Error('expected a model with a training block');
  const random = seededRandom(7);
  return Float64Array.from({ length: n * featureNames.length }, (_, k) => {
    const { minimum, maximum } = training.features[k % featureNames.length];
    return minimum + random() * (maximum - minimum);
  });
}
