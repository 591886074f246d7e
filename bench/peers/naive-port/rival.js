import { readFileSync } from 'node:fs';
import { parseModel } from '@housing/model';
import { createNodeObjects } from '../../dist/node-objects.js';
import { pathOf, serve } from '../../dist/peers/serve.js';

const model = parseModel(JSON.parse(readFileSync(pathOf('model.json'), 'utf8')));
const nFeatures = model.featureNames.length;
const predict = createNodeObjects(model, (sample) => sample);

await serve({
  title: 'naive port, without float32 rounding',
  versions: { node: process.versions.node },
  predict,
  predictBatch(rows, out) {
    for (let r = 0; r < out.length; r++) out[r] = predict(rows.subarray(r * nFeatures, (r + 1) * nFeatures));
  },
});
