// writes the shipped model as a module, since not every host can import JSON
import { readFileSync, writeFileSync } from 'node:fs';

const text = readFileSync(new URL('models/housing.json', import.meta.url), 'utf8');
// a string that is parsed as JSON starts faster than the same object as source, and keeps -0
writeFileSync(
  new URL('dist/housing-document.js', import.meta.url),
  `export const housingDocument = JSON.parse(${JSON.stringify(text)});\n`,
);
