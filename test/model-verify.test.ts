import { createPredictor, parseModel, verify } from '@housing/model';
import t from 'tap';
import { document, shipped } from './support/documents.js';
import { nextUp } from './support/doubles.js';

const rows = [[1, 2], [3, 8]]; // biome-ignore format: a row a bracket

t.test('the shipped models verify', async () => {
  verify(parseModel(shipped('housing')));
  verify(parseModel(shipped('housing-flask')));
});

t.test('a golden row that differs in the last bit is named with what was expected and got', async (t) => {
  const model = parseModel(document({ golden: { rows, predictions: [7, nextUp(13)] } }));
  t.throws(() => verify(model), {
    name: 'ModelFormatError',
    code: 'not_verified',
    path: 'golden.rows[1]',
    message: 'golden.rows[1]: expected the prediction 13.000000000000002, got 13',
  });
});

t.test('zero is not minus zero', async (t) => {
  const model = parseModel(document({ init: 0, learning_rate: 0, golden: { rows, predictions: [-0, 0] } }));
  t.throws(() => verify(model), {
    path: 'golden.rows[0]',
    message: 'golden.rows[0]: expected the prediction -0, got 0',
  });
});

t.test('a golden row that the model refuses does not verify', async (t) => {
  const model = parseModel(document({ golden: { rows: [[1, 2], [1, 1e300]], predictions: [7, 7] } })); // biome-ignore format: a row a bracket
  t.throws(() => verify(model), {
    code: 'not_verified',
    path: 'golden.rows[1]',
    message: /^golden\.rows\[1\]: expected a row that the model accepts/,
  });
});

t.test('a predictor at hand is used', async (t) => {
  const model = parseModel(document());
  verify(model, createPredictor(model));
  const other = createPredictor(parseModel(document({ init: 0 })));
  t.throws(() => verify(model, other), { code: 'not_verified', path: 'golden.rows[0]' });
});

t.test('an error of another kind is not mistaken for a refusal', async (t) => {
  const model = parseModel(document());
  const predictBatch = () => {
    throw new RangeError('out of memory');
  };
  t.throws(() => verify(model, { ...createPredictor(model), predictBatch }), {
    name: 'RangeError',
    message: 'out of memory',
  });
});
