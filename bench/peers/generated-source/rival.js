import { readFileSync } from 'node:fs';
import { parseModel } from '@housing/model';
import { pathOf, serve } from '../../dist/peers/serve.js';
import { generateSource } from './generate.js';

const model = parseModel(JSON.parse(readFileSync(pathOf('model.json'), 'utf8')));
const nFeatures = model.featureNames.length;
/** @type {(row: Float64Array) => number} */
const predict = (await import(`data:text/javascript,${encodeURIComponent(generateSource(model))}`)).predict;

await serve({
  title: 'generated source, as m2cgen writes it',
  versions: { node: process.versions.node },
  note: 'with the float32 rounding that m2cgen leaves out',
  predict,
  predictBatch(rows, out) {
    for (let r = 0; r < out.length; r++) out[r] = predict(rows.subarray(r * nFeatures, (r + 1) * nFeatures));
  },
});
