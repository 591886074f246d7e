import { readdirSync } from 'node:fs';

const model = readdirSync('packages/model/src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => `packages/model/src/${file}`);

/** Which sources must be covered in full: those of the evaluator, by whatever test. */
export default () => model;
