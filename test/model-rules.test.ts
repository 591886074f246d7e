import { parseModel } from '@housing/model';
import t from 'tap';
import { type Document, document, stump } from './support/documents.js';
import { nextDown, nextUp } from './support/doubles.js';
import { createEachPredictor } from './support/evaluators.js';

const lone = {
  feature_names: ['x'],
  scaler: null,
  init: 0,
  learning_rate: 1,
  golden: { rows: [[0]], predictions: [0] },
};

/** Predicts by every evaluator, which must agree. */
function predictor(changes: Document) {
  const { training, ...rest } = document({ ...lone, ...changes });
  const predictors = createEachPredictor(parseModel(rest));
  return {
    predict(row: readonly number[]): number {
      const [first, ...others] = predictors.map(({ predictor }) => predictor.predict(row));
      for (const other of others) t.ok(Object.is(other, first), `${row}: ${first} by all evaluators`);
      return first;
    },
  };
}

t.test('a value on the threshold goes left, the next float32 above it right', async (t) => {
  const { predict } = predictor({ trees: [stump(0, 0.5, -1, 1)] });
  t.equal(predict([0.5]), -1);
  t.equal(predict([0.5 + 2 ** -24]), 1);
});

t.test('a value is narrowed to float32 before it is compared', async (t) => {
  const { predict } = predictor({ trees: [stump(0, 0.5, -1, 1)] });
  t.equal(predict([nextUp(0.5)]), -1);
  const above = predictor({ trees: [stump(0, nextDown(0.5), -1, 1)] });
  t.equal(above.predict([nextDown(0.5)]), 1, 'a threshold is not narrowed');
});

t.test('a value is divided by the scale, not multiplied by its inverse', async (t) => {
  // 5 / 49 as a float32 is the threshold; 5 * (1 / 49) in float64 is another double
  const scaler = { fit: 'training', mean: [0], scale: [49] };
  t.not(5 * (1 / 49), 5 / 49);
  t.equal(predictor({ scaler, trees: [stump(0, Math.fround(5 / 49), -1, 1)] }).predict([5]), -1);
  t.equal(predictor({ scaler, trees: [stump(0, nextDown(Math.fround(5 / 49)), -1, 1)] }).predict([5]), 1);
});

t.test('without a mean nothing is subtracted, without a scale nothing is divided', async (t) => {
  const trees = [stump(0, 3, -1, 1)];
  t.equal(predictor({ trees, scaler: { fit: 'training', mean: null, scale: [2] } }).predict([6]), -1);
  t.equal(predictor({ trees, scaler: { fit: 'training', mean: null, scale: [2] } }).predict([7]), 1);
  t.equal(predictor({ trees, scaler: { fit: 'training', mean: [2], scale: null } }).predict([5]), -1);
  t.equal(predictor({ trees, scaler: { fit: 'training', mean: [2], scale: null } }).predict([6]), 1);
});

t.test('the sum starts at init and adds the trees in their order', async (t) => {
  const leaves = [0.1, 0.2, 0.3];
  const { predict } = predictor({ init: 1e16, learning_rate: 0.7, trees: leaves.map((leaf) => stump(0, 1, leaf, 0)) });
  t.equal(
    predict([0]),
    leaves.reduce((sum, leaf) => sum + 0.7 * leaf, 1e16),
  );
  const small = predictor({ init: 0.6, trees: leaves.map((leaf) => stump(0, 1, leaf, 0)) });
  t.equal(small.predict([0]), 0.6 + 0.1 + 0.2 + 0.3);
  t.not(small.predict([0]), 0.1 + 0.2 + 0.3 + 0.6, 'another order has other last bits');
});

t.test('a tree of one node is a constant', async (t) => {
  const leaf = {
    children_left: [-1],
    children_right: [-1],
    feature: [-2],
    threshold: [-2],
    value: [3],
    weighted_n_node_samples: [1],
  };
  t.equal(predictor({ init: 1, trees: [leaf] }).predict([5]), 4);
});

t.test('a left child that is not the next node is found all the same', async (t) => {
  const tree = {
    children_left: [2, -1, 3, -1, -1],
    children_right: [1, -1, 4, -1, -1],
    feature: [0, -2, 0, -2, -2],
    threshold: [1, -2, 0, -2, -2],
    value: [0, 30, 0, 10, 20],
    weighted_n_node_samples: [3, 1, 2, 1, 1],
  };
  const { predict } = predictor({ trees: [tree] });
  t.same(
    [-1, 0.5, 2].map((x) => predict([x])),
    [10, 20, 30],
  );
});

t.test('minus zero is kept', async (t) => {
  const { predict } = predictor({ init: -0, trees: [stump(0, 0, -0, 1)] });
  t.ok(Object.is(predict([0]), -0));
  t.ok(Object.is(predict([-0]), -0), 'and minus zero is on a threshold of zero');
});

t.test('a threshold that no value comes down to, or none up to, sends all rows one way', async (t) => {
  const scaler = { fit: 'training', mean: [0], scale: [1e300] };
  const values = [-1.7e308, 0, 1.7e308];
  for (const [threshold, expected] of [[-1e9, 1], [1e9, -1]]) {
    const { predict } = predictor({ scaler, trees: [stump(0, threshold, -1, 1)] });
    t.same(values.map((x) => predict([x])), [expected, expected, expected]);
  }
}); // biome-ignore format: a case a bracket
