import { readFileSync } from 'node:fs';
import { type Model, parseModel } from '@housing/model';
import { seededRandom } from '../random.js';
import { referenceWalk } from '../reference-walk.js';
import type { Exchange } from './drive.js';

const document = readFileSync(new URL(import.meta.resolve('@housing/model/models/housing.json')), 'utf8');
const model = parseModel(JSON.parse(document));

/** Requests of one random row each, in the shape of the original service's scripts. */
export function oneRowExchanges(n: number): Exchange[] {
  return randomRows(model, n).map((row) => ({ body: JSON.stringify(toColumns([row])), answer: toAnswer([row]) }));
}

/** The same rows as a column a feature by label, and as an object a row. */
export function manyRowExchanges(n: number): Record<'columns' | 'records', Exchange> {
  const rows = randomRows(model, n);
  const answer = toAnswer(rows);
  return {
    columns: { body: JSON.stringify(toColumns(rows)), answer },
    records: { body: JSON.stringify(rows.map(toRecord)), answer },
  };
}

/** How many digits after the point the values of a feature have in the training table. */
const digits: Readonly<Record<string, number>> = { CHAS: 0, RM: 3, TAX: 0, PTRATIO: 1, B: 2, LSTAT: 2 };

/** Rows drawn evenly from the range of each feature in training, written as in the table: shorter numbers than random doubles. */
function randomRows({ training, featureNames }: Model, n: number): number[][] {
  if (training === undefined) throw new Error('expected a model with a training block');
  const random = seededRandom(11);
  return Array.from({ length: n }, () =>
    featureNames.map((name, f) => {
      const { minimum, maximum } = training.features[f];
      return Number((minimum + random() * (maximum - minimum)).toFixed(digits[name]));
    }),
  );
}

function toColumns(rows: readonly number[][]): Record<string, Record<string, number>> {
  const column = (f: number) => Object.fromEntries(rows.map((row, r) => [r, row[f]]));
  return Object.fromEntries(model.featureNames.map((name, f) => [name, column(f)]));
}

function toRecord(row: readonly number[]): Record<string, number> {
  return Object.fromEntries(model.featureNames.map((name, f) => [name, row[f]]));
}

function toAnswer(rows: readonly number[][]): string {
  return JSON.stringify({ prediction: rows.map((row) => referenceWalk(model, row)) });
}
