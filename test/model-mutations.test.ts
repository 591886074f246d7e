import { seededRandom } from '@housing/bench/random.js';
import { referenceWalk } from '@housing/bench/reference-walk.js';
import { createPredictor, InputError, type Model, ModelFormatError, parseModel } from '@housing/model';
import t from 'tap';
import { document, stump } from './support/documents.js';

const random = seededRandom(3);
const below = (n: number) => Math.floor(random() * n);
const pick = <T>(choices: readonly T[]): T => choices[below(choices.length)];

const deep = {
  children_left: [1, 2, -1, -1, 5, -1, -1],
  children_right: [4, 3, -1, -1, 6, -1, -1],
  feature: [0, 1, -2, -2, 1, -2, -2],
  threshold: [0.25, -1, -2, -2, 1.5, -2, -2],
  value: [0, 0, 1, 2, 0, 3, 4],
  weighted_n_node_samples: [4, 2, 1, 1, 2, 1, 1],
};
const bases = [
  document(),
  document({ scaler: null, trees: [deep, stump(1, 0.5, -1, 1), deep] }),
  document({ trees: [deep, deep, deep], training: undefined }),
  document({ trees: [stump(0, 0, 1, 2), deep], scaler: { fit: 'training', mean: null, scale: [1e-30, 1e30] } }),
].map((base) => JSON.stringify(base));

const values: readonly unknown[] = [
  ...[null, true, '', '0', 'request', [], {}, [1], { fit: 'request' }],
  ...[
    0,
    -0,
    1,
    -1,
    -2,
    2,
    3,
    0.5,
    7,
    1e308,
    -1e308,
    5e-324,
    2 ** 31,
    2 ** 53,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
  ],
];

/** Changes one place of some JSON, chosen at random, in place. */
function mutate(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const fields = node as Record<string, unknown>;
  const keys = Object.keys(fields);
  const key = pick(keys);
  const child = fields[key];
  if (typeof child === 'object' && child !== null && Object.keys(child).length > 0 && random() < 0.9) {
    mutate(child);
    return;
  }
  const change = below(10);
  if (change === 0) delete fields[key];
  else if (change === 1 && Array.isArray(node)) node.splice(Number(key), below(2), pick(values));
  else if (change === 2) setOwn(fields, pick(['extra', '__proto__', '7']), pick(values));
  else if (change === 3) fields[key] = fields[pick(keys)];
  else if (change > 4 && typeof child === 'number') fields[key] = child + pick([-1, 1, 0.5, 1e-9]);
  else fields[key] = pick(values);
}

/** Sets an own property as `JSON.parse` does, for which `__proto__` is a key like any other. */
function setOwn(fields: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(fields, key, { value, configurable: true, enumerable: true, writable: true });
}

/** Rows around the places where the trees of a model part. */
function rows(model: Model): number[][] {
  const edges = [0, -0, 1, 5e-324, 1e38, -1e38, ...model.trees.threshold];
  return Array.from({ length: 8 }, () => model.featureNames.map(() => pick(edges) + pick([0, 0, 1e-16, -1e-16, 1])));
}

/** Predicts a row, or returns undefined where it is refused. */
function predicted(predict: () => number): number | undefined {
  try {
    return predict();
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

t.test('20,000 mutated documents are each refused or evaluated as the reference walk does', async (t) => {
  let refused = 0;
  let evaluated = 0;
  for (let k = 0; k < 20_000; k++) {
    const mutant: unknown = JSON.parse(pick(bases));
    for (let changes = 1 + below(2); changes > 0; changes--) mutate(mutant);
    try {
      const model = parseModel(mutant);
      // by the first and by the last of its evaluators
      const predictor = createPredictor(model, { expectedRows: k % 2 === 0 ? 0 : Number.POSITIVE_INFINITY });
      for (const row of rows(model)) {
        const got = predicted(() => predictor.predict(row));
        if (got === undefined) continue;
        const expected =
          model.scaler === 'request' ? predictor.predictBatch(Float64Array.from(row))[0] : referenceWalk(model, row);
        if (!Object.is(got, expected) || !Number.isFinite(got))
          t.fail('another prediction', { mutant, row, got, expected });
        evaluated++;
      }
    } catch (error) {
      if (!(error instanceof ModelFormatError)) t.fail('neither refused nor evaluated', { mutant, error });
      refused++;
    }
  }
  t.ok(refused > 8_000, `${refused} documents refused`);
  t.ok(evaluated > 20_000, `${evaluated} rows evaluated`);
});
