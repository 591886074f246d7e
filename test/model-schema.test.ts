import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import t from 'tap';
import { document, shipped } from './support/documents.js';

const schema = JSON.parse(readFileSync(new URL('../../model-export/schema.json', import.meta.url), 'utf8'));
const validate = new Ajv({ allErrors: true }).compile(schema);

function faults(candidate: unknown): string[] {
  return validate(candidate)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

t.test('the shipped documents are as the schema says', async (t) => {
  t.same(faults(shipped('housing')), []);
  t.same(faults(shipped('housing-flask')), []);
});

t.test('so is every fixture of the exporter, of every version of scikit-learn', async (t) => {
  const folder = new URL('../fixtures/parity/', import.meta.url);
  const names = readdirSync(folder).filter((file) => file.endsWith('.json') && !file.endsWith('.interval.json'));
  t.ok(names.length >= 10);
  for (const name of names) t.same(faults(JSON.parse(readFileSync(new URL(name, folder), 'utf8'))), [], name);
});

t.test('so are the documents made by hand that the other tests change', async (t) => {
  t.same(faults(document()), []);
});

t.test('what is not as the schema says is named', async (t) => {
  t.same(faults(document({ extra: 1 })), [' must NOT have additional properties']);
  t.same(faults(document({ learning_rate: '0.1' })), ['/learning_rate must be number']);
  t.same(faults(document({ feature_names: [] })), ['/feature_names must NOT have fewer than 1 items']);
});
