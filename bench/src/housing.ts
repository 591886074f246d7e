import { readFileSync } from 'node:fs';
import { type Model, parseModel } from '@housing/model';
import { randomRows } from './random-rows.js';

/** The shipped document, as text. */
export const housingText = readFileSync(new URL(import.meta.resolve('@housing/model/models/housing.json')), 'utf8');

/** The shipped model. */
export const housingModel: Model = parseModel(JSON.parse(housingText));

/** Draws rows evenly from the range of each feature in training, row-major [n, features]. */
export function drawHousingRows(n: number): Float64Array {
  return randomRows(housingModel, n);
}
