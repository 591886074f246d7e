// what benchStart runs in a process of its own: prints how many milliseconds the first use of a document takes
import { readFileSync } from 'node:fs';
import { createPredictor, parseModel, verify } from '@housing/model';

const text = readFileSync(new URL(import.meta.resolve('@housing/model/models/housing.json')), 'utf8');
const start = performance.now();
const document: unknown = JSON.parse(text);
const parsed = performance.now();
const model = parseModel(document);
const predictor = createPredictor(model);
const created = performance.now();
verify(model, predictor);
console.log(JSON.stringify([parsed - start, created - parsed, performance.now() - created]));
