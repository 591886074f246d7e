import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Model, parseModel } from '@housing/model';
import { referenceWalk } from '../reference-walk.js';

/** A version of a model, which predicts otherwise than every other. */
export interface Version {
  readonly name: string;
  readonly version: number;
  readonly text: string;
  readonly sha256: string;
  readonly model: Model;
}

const shipped = JSON.parse(readFileSync(new URL(import.meta.resolve('@housing/model/models/housing.json')), 'utf8'));

/** Makes a version from the shipped model, with another value to start from and golden rows that fit. */
export function makeVersion(name: string, version: number): Version {
  const init = shipped.init + 1000 * version + name.length / 3;
  const model = parseModel({ ...shipped, init });
  const { rows } = shipped.golden;
  const predictions = rows.map((row: number[]) => referenceWalk(model, row));
  const text = JSON.stringify({ ...shipped, init, golden: { rows, predictions } });
  return { name, version, text, sha256: createHash('sha256').update(text).digest('hex'), model };
}

/** Puts the file of a version into a folder of models, at once. */
export function putFile(folder: string, { name, version, text }: Version): void {
  const path = pathOf(folder, name, version);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, text);
  renameSync(`${path}.part`, path);
}

/** Puts half a file there, as a copy that is not done. */
export function putHalf(folder: string, { name, version, text }: Version): void {
  writeFileSync(pathOf(folder, name, version), text.slice(0, text.length / 2));
}

/** Takes a file away again. */
export function removeFile(folder: string, { name, version }: Version): void {
  rmSync(pathOf(folder, name, version));
}

function pathOf(folder: string, name: string, version: number): string {
  return join(folder, name, `${version}.json`);
}
