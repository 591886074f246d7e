import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createPredictor, type Model, parseModel } from '@housing/model';
import t from 'tap';
import { shipped } from './support/documents.js';

const deep = new URL('../fixtures/parity/sklearn-1.9-deep.json', import.meta.url);
const models = { housing: parseModel(shipped('housing')), deep: parseModel(JSON.parse(readFileSync(deep, 'utf8'))) };
const expectedRows = Number.POSITIVE_INFINITY;

/** Predicts the golden rows of a model by the fastest evaluator that the host lets it make. */
function predictions(model: Model): Float64Array {
  return createPredictor(model, { expectedRows }).predictBatch(model.golden.rows);
}

/** Runs `body` on a host with another `WebAssembly`. */
function withWebAssembly<T>(value: unknown, body: () => T): T {
  const host = Object.getOwnPropertyDescriptor(globalThis, 'WebAssembly') ?? {};
  Object.defineProperty(globalThis, 'WebAssembly', { ...host, value });
  try {
    return body();
  } finally {
    Object.defineProperty(globalThis, 'WebAssembly', host);
  }
}

/** What a strict content security policy, or an edge host, makes of a compilation. */
class ForbiddenModule {
  constructor() {
    throw new Error('Wasm code generation disallowed by embedder');
  }
}

for (const [name, model] of Object.entries(models)) {
  t.test(`${name}: a host without WebAssembly, and one that forbids to compile, give the same bits`, async (t) => {
    t.same(predictions(model), model.golden.predictions, 'with a kernel');
    t.same(
      withWebAssembly(undefined, () => predictions(model)),
      model.golden.predictions,
      'without WebAssembly',
    );
    t.same(
      withWebAssembly({ Module: ForbiddenModule }, () => predictions(model)),
      model.golden.predictions,
      'forbidden',
    );
  });
}

t.test('an engine without vectors gives the same bits', async (t) => {
  const program = `
    import { createPredictor, parseModel } from '@housing/model';
    import { createRequire } from 'node:module';
    const vectors = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 17, 26, 11);
    const model = parseModel(createRequire(import.meta.url)('@housing/model/models/housing.json'));
    const predictor = createPredictor(model, { expectedRows: Infinity });
    console.log(JSON.stringify([WebAssembly.validate(vectors), ...predictor.predictBatch(model.golden.rows)]));
  `;
  const run = (...flags: string[]) =>
    JSON.parse(
      execFileSync(process.execPath, [...flags, '--input-type=module', '--eval', program], {
        cwd: import.meta.dirname,
        encoding: 'utf8',
      }),
    );
  t.same(run(), [true, ...models.housing.golden.predictions]);
  // an old processor, to V8
  t.same(run('--no-enable-ssse3'), [process.arch !== 'x64', ...models.housing.golden.predictions]);
});

t.test('a thousand predictors alive at once give the same bits', async (t) => {
  const predictors = Array.from({ length: 1000 }, () => createPredictor(models.housing, { expectedRows }));
  const distinct = new Set(predictors.map(({ predict }) => predict([0, 6.575, 296, 15.3, 396.9, 4.98])));
  t.same([...distinct], [25.0021457871835]);
});
