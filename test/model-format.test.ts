import { ModelFormatError, parseModel } from '@housing/model';
import t from 'tap';
import { type Document, document, shipped, stump } from './support/documents.js';

t.test('accepts what the exporter writes', async (t) => {
  t.equal(parseModel(shipped('housing')).trees.length, 400);
  t.equal(parseModel(shipped('housing-flask')).scaler, 'request');
  t.equal(parseModel(document({ scaler: null })).featureNames.length, 2);
  const { training, ...without } = document();
  t.equal(parseModel(without).training, undefined);
});

t.test('gives every number of the document', async (t) => {
  const model = parseModel(document());
  t.match(model, {
    kind: 'GradientBoostingRegressor',
    sklearnVersion: '1.9.1',
    featureNames: ['a', 'b'],
    scaler: { mean: Float64Array.of(1, 2), scale: Float64Array.of(2, 4) },
    init: 10,
    learningRate: 0.5,
    golden: { rows: Float64Array.of(1, 2, 3, 8), predictions: Float64Array.of(7, 13) },
  });
  t.same(model.trees, {
    length: 2,
    firstNode: Int32Array.of(0, 3, 6),
    childrenLeft: Int32Array.of(1, -1, -1, 4, -1, -1),
    childrenRight: Int32Array.of(2, -1, -1, 5, -1, -1),
    feature: Int32Array.of(0, -2, -2, 1, -2, -2),
    threshold: Float64Array.of(0, -2, -2, 1, -2, -2),
    value: Float64Array.of(0, -2, 2, 0, -4, 4),
    weightedNNodeSamples: Float64Array.of(2, 1, 1, 2, 1, 1),
  });
  t.same(model.training, {
    nSamples: 2,
    features: [
      { minimum: 1, maximum: 3, binEdges: Float64Array.of(1, 2, 3), counts: Float64Array.of(1, 1) },
      { minimum: 2, maximum: 8, binEdges: Float64Array.of(2, 5, 8), counts: Float64Array.of(1, 1) },
    ],
    heldOut: { nSamples: 1, meanSquaredError: 0.5 },
  });
  t.equal(parseModel(document({ training: { ...training(), held_out: null } })).training?.heldOut, undefined);
});

function tree(changes: Document): Document {
  return { trees: [stump(0, 0, 1, 2), { ...stump(0, 0, 1, 2), ...changes }] };
}

function training(): Document {
  const { training } = document();
  return training as Document;
}

function firstFeature(changes: Document): Document {
  const first = { minimum: 1, maximum: 3, bin_edges: [1, 2, 3], counts: [1, 1], ...changes };
  return { training: { ...training(), features: [first, { ...first, bin_edges: [1, 2, 3], counts: [1, 1] }] } };
}

const { trees: _, ...withoutTrees } = document();

// [what is wrong, code, path, message without the path]
const faults: [unknown, string, string, string | RegExp][] = [
  [null, 'wrong_type', '', 'expected an object, got null'],
  [[], 'wrong_type', '', 'expected an object, got an array of 0'],
  ['{}', 'wrong_type', '', 'expected an object, got "{}"'],
  [{}, 'unsupported', 'format', 'expected "housing-model", got undefined'],
  [document({ format: 'pickle' }), 'unsupported', 'format', 'expected "housing-model", got "pickle"'],
  [document({ format_version: 2, new: 1 }), 'unsupported', 'format_version', 'expected 1, got 2'],
  [document({ format_version: '1' }), 'unsupported', 'format_version', 'expected 1, got "1"'],
  [withoutTrees, 'missing_key', '', 'expected the key "trees", got none'],
  [
    document({ extra: 1 }),
    'unknown_key',
    '',
    /^document: expected no key but format, .*, golden, training, got "extra"$/,
  ],
  [JSON.parse(JSON.stringify(document()).replace('{', '{"__proto__":1,')), 'unknown_key', '', /got "__proto__"$/],
  [
    document({ kind: 'RandomForestRegressor' }),
    'unsupported',
    'kind',
    'expected "GradientBoostingRegressor", got "RandomForestRegressor"',
  ],
  [document({ sklearn_version: '' }), 'wrong_type', 'sklearn_version', 'expected a text, got ""'],
  [document({ rules: {} }), 'missing_key', 'rules', 'expected the key "comparison", got none'],
  [document({ rules: { comparison: 'float64', summation: '' } }), 'unsupported', 'rules.comparison', /got "float64"$/],
  [
    document({ rules: { comparison: 'float32(sample) <= float64(threshold)', summation: 'fused' } }),
    'unsupported',
    'rules.summation',
    /got "fused"$/,
  ],
  [document({ feature_names: [] }), 'wrong_length', 'feature_names', 'expected at least one element, got 0'],
  [document({ feature_names: ['a', 1] }), 'wrong_type', 'feature_names[1]', 'expected a text, got 1'],
  [
    document({ feature_names: ['a', 'a'] }),
    'out_of_range',
    'feature_names[1]',
    'expected a name not given before, got "a"',
  ],
  [document({ scaler: 1 }), 'wrong_type', 'scaler', 'expected an object, got 1'],
  [
    document({ scaler: { fit: 'later', mean: null, scale: null } }),
    'unsupported',
    'scaler.fit',
    'expected "training", got "later"',
  ],
  [
    document({ scaler: { fit: 'request', mean: [1, 2] } }),
    'unknown_key',
    'scaler',
    'expected no key but fit, got "mean"',
  ],
  [
    document({ scaler: { fit: 'training', mean: null } }),
    'missing_key',
    'scaler',
    'expected the key "scale", got none',
  ],
  [
    document({ scaler: { fit: 'training', mean: [1], scale: null } }),
    'wrong_length',
    'scaler.mean',
    'expected 2 elements, got 1',
  ],
  [
    document({ scaler: { fit: 'training', mean: [1, null], scale: null } }),
    'wrong_type',
    'scaler.mean[1]',
    'expected a finite number, got null',
  ],
  [
    document({ scaler: { fit: 'training', mean: null, scale: [1, 0] } }),
    'out_of_range',
    'scaler.scale[1]',
    'expected a number above 0, got 0',
  ],
  [
    document({ scaler: { fit: 'training', mean: null, scale: [-1, 1] } }),
    'out_of_range',
    'scaler.scale[0]',
    'expected a number above 0, got -1',
  ],
  [document({ init: Number.POSITIVE_INFINITY }), 'wrong_type', 'init', 'expected a finite number, got Infinity'],
  [document({ init: [1] }), 'wrong_type', 'init', 'expected a finite number, got an array of 1'],
  [document({ learning_rate: Number.NaN }), 'wrong_type', 'learning_rate', 'expected a finite number, got NaN'],
  [document({ learning_rate: '0.1' }), 'wrong_type', 'learning_rate', 'expected a finite number, got "0.1"'],
  [document({ trees: {} }), 'wrong_type', 'trees', 'expected an array, got an object'],
  [document({ trees: [] }), 'wrong_length', 'trees', 'expected at least one element, got 0'],
  [document({ trees: [null] }), 'wrong_type', 'trees[0]', 'expected an object, got null'],
  [document(tree({ impurity: [] })), 'unknown_key', 'trees[1]', /got "impurity"$/],
  [
    document(tree({ children_left: [] })),
    'wrong_length',
    'trees[1].children_left',
    'expected at least one element, got 0',
  ],
  [
    document(tree({ children_left: new Array(2 ** 32 - 1) })),
    'wrong_type',
    'trees[1].children_left[0]',
    'expected a finite number, got undefined',
  ],
  [
    document(tree({ children_right: [2, -1] })),
    'wrong_length',
    'trees[1].children_right',
    'expected 3 elements, got 2',
  ],
  [
    document(tree({ children_left: [0, -1, -1] })),
    'out_of_range',
    'trees[1].children_left[0]',
    'expected an index from 1 to 2, got 0',
  ],
  [
    document(tree({ children_left: [3, -1, -1] })),
    'out_of_range',
    'trees[1].children_left[0]',
    'expected an index from 1 to 2, got 3',
  ],
  [
    document(tree({ children_left: [1.5, -1, -1] })),
    'out_of_range',
    'trees[1].children_left[0]',
    'expected an index from 1 to 2, got 1.5',
  ],
  [
    document(tree({ children_left: [-2, -1, -1] })),
    'out_of_range',
    'trees[1].children_left[0]',
    'expected an index from 1 to 2, got -2',
  ],
  [
    document(tree({ children_right: [1, -1, -1] })),
    'not_a_tree',
    'trees[1].children_right[0]',
    'expected a node without a parent, got 1',
  ],
  [
    document(tree({ children_right: [2, 2, -1] })),
    'out_of_range',
    'trees[1].children_right[1]',
    'expected -1 at a leaf, got 2',
  ],
  [
    document(tree({ children_right: [-1, -1, -1] })),
    'out_of_range',
    'trees[1].children_right[0]',
    'expected an index from 1 to 2, got -1',
  ],
  [
    document(
      tree({
        children_left: [-1, -1, -1],
        children_right: [-1, -1, -1],
        feature: [-2, -2, -2],
        threshold: [-2, -2, -2],
      }),
    ),
    'not_a_tree',
    'trees[1]',
    'expected every node but the first to be a child, got node 1',
  ],
  [
    document(tree({ feature: [2, -2, -2] })),
    'out_of_range',
    'trees[1].feature[0]',
    'expected an index from 0 to 1, got 2',
  ],
  [
    document(tree({ feature: [-1, -2, -2] })),
    'out_of_range',
    'trees[1].feature[0]',
    'expected an index from 0 to 1, got -1',
  ],
  [document(tree({ feature: [0, 0, -2] })), 'out_of_range', 'trees[1].feature[1]', 'expected -2 at a leaf, got 0'],
  [document(tree({ threshold: [0, -2, 0] })), 'out_of_range', 'trees[1].threshold[2]', 'expected -2 at a leaf, got 0'],
  [
    document(tree({ threshold: ['0', -2, -2] })),
    'wrong_type',
    'trees[1].threshold[0]',
    'expected a finite number, got "0"',
  ],
  [document(tree({ value: [0, null, 1] })), 'wrong_type', 'trees[1].value[1]', 'expected a finite number, got null'],
  [
    document({ trees: [stump(0, 0, 1e308, 0), stump(0, 0, 0, -1e308), stump(0, 0, 1e308, 0), stump(0, 0, 1e308, 0)] }),
    'out_of_range',
    'trees',
    'expected leaves whose sum is finite, got an overflow',
  ],
  [
    document({ golden: { rows: [], predictions: [] } }),
    'wrong_length',
    'golden.rows',
    'expected at least one element, got 0',
  ],
  [
    document({ golden: { rows: [[1]], predictions: [1] } }),
    'wrong_length',
    'golden.rows[0]',
    'expected 2 elements, got 1',
  ],
  [
    document({ golden: { rows: [[1, true]], predictions: [1] } }),
    'wrong_type',
    'golden.rows[0][1]',
    'expected a finite number, got true',
  ],
  [
    document({ golden: { rows: [[1, 2]], predictions: [1, 2] } }),
    'wrong_length',
    'golden.predictions',
    'expected 1 elements, got 2',
  ],
  [document({ training: null }), 'wrong_type', 'training', 'expected an object, got null'],
  [
    document({ training: { ...training(), n_samples: -1 } }),
    'wrong_type',
    'training.n_samples',
    'expected a whole number from 0, got -1',
  ],
  [
    document({ training: { ...training(), features: [] } }),
    'wrong_length',
    'training.features',
    'expected 2 elements, got 0',
  ],
  [
    document({ training: { ...training(), held_out: 1 } }),
    'wrong_type',
    'training.held_out',
    'expected an object, got 1',
  ],
  [
    document(firstFeature({ minimum: null })),
    'wrong_type',
    'training.features[0].minimum',
    'expected a finite number, got null',
  ],
  [
    document(firstFeature({ counts: [1, 0.5] })),
    'wrong_type',
    'training.features[0].counts[1]',
    'expected a whole number from 0, got 0.5',
  ],
  [
    document(firstFeature({ counts: [2, 1] })),
    'out_of_range',
    'training.features[0].counts',
    'expected a sum of 2, got 3',
  ],
  [
    document(firstFeature({ bin_edges: [1, 3] })),
    'wrong_length',
    'training.features[0].bin_edges',
    'expected 3 elements, got 2',
  ],
  [
    document(firstFeature({ bin_edges: [1, 1, 3] })),
    'out_of_range',
    'training.features[0].bin_edges[1]',
    'expected more than 1, got 1',
  ],
];

for (const [fault, code, path, problem] of faults) {
  t.test(`refuses with ${code} at ${path || 'the document'}: ${problem}`, async (t) => {
    t.throws(() => parseModel(fault), ModelFormatError);
    t.throws(() => parseModel(fault), {
      code,
      path,
      message: typeof problem === 'string' ? `${path || 'document'}: ${problem}` : problem,
    });
  });
}
