import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { pathOf, serve } from '../../dist/peers/serve.js';

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const session = await InferenceSession.create(pathOf('model.onnx'), {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
});

await serve({
  title: 'onnxruntime-node',
  versions: { ...dependencies, node: process.versions.node },
  async predict(row) {
    return (await run(row, 1))[0];
  },
  async predictBatch(rows, out) {
    out.set(await run(rows, out.length));
  },
});

/**
 * @param {Float64Array} rows
 * @param {number} n
 */
async function run(rows, n) {
  const tensor = new Tensor('float32', Float32Array.from(rows), [n, rows.length / n]);
  const { variable } = await session.run({ rows: tensor });
  return /** @type {Float32Array} */ (variable.data);
}
