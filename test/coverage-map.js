import { readdirSync } from 'node:fs';

const model = readdirSync('packages/model/src').map((file) => `packages/model/src/${file}`);

/** Which sources must be covered in full: those of the evaluator, by whatever test. */
export default () => model;
