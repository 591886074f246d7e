import type { Contender } from './measure.js';
import { seededRandom } from './random.js';

/** As many dependent float64 additions as a model has trees: what no evaluator that keeps to their order can go below. */
export function createFloor(nTrees: number, rows: readonly Float64Array[]): Contender {
  const random = seededRandom(3);
  const terms = Float64Array.from({ length: nTrees }, random);
  function add(init: number): number {
    let sum = init;
    for (let t = 0; t < terms.length; t++) sum += terms[t];
    return sum;
  }
  return {
    name: `floor: ${nTrees} additions`,
    run() {
      let total = 0;
      for (const row of rows) total += add(row[0]);
      return total;
    },
  };
}
