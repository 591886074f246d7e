import type { Model } from '@housing/model';
import { seededRandom } from './random.js';

/** Rows drawn evenly from the range of each feature in training, row-major. */
export function randomRows({ training, featureNames }: Model, n: number): Float64Array {
  if (training === undefined) throw new Error('expected a model with a training block');
  const random = seededRandom(7);
  return Float64Array.from({ length: n * featureNames.length }, (_, k) => {
    const { minimum, maximum } = training.features[k % featureNames.length];
    return minimum + random() * (maximum - minimum);
  });
}
