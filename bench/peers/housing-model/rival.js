import { readFileSync } from 'node:fs';
import { createPredictor, parseModel } from '@housing/model';
import { pathOf, serve } from '../../dist/peers/serve.js';

const predictor = createPredictor(parseModel(JSON.parse(readFileSync(pathOf('model.json'), 'utf8'))));

await serve({ title: '@housing/model', versions: { node: process.versions.node }, ...predictor });
