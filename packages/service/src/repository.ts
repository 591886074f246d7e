import { dirname } from 'node:path';
import { listModelFiles, type ModelFile } from './model-files.js';
import { gatherModels, type Models } from './models.js';
import { readModel } from './served-model.js';

/** A folder of models. */
export interface ModelRepository {
  readonly folder: string;
  /** What of it serves. */
  readonly models: Models;
}

/**
 * Reads and verifies the models of a folder: `NAME.json`, which is version 1, and `NAME/VERSION.json`.
 *
 * @param defaultName the model that `/predict` asks; by default the only one, or `housing`
 * @throws Error with file and reason at the first that is not a model, for a folder without any, and where there is no default
 */
export function openRepository(folder: string, defaultName?: string): ModelRepository {
  const files = listModelFiles(folder);
  if (files.length === 0) throw new Error(`${folder}: expected NAME.json or NAME/VERSION.json files, got none`);
  for (const file of files) expectOnePlace(file, files);
  const models = gatherModels(files.map(readModel), defaultName);
  return { folder, models };
}

/** Refuses a model that stands as `NAME.json` and as `NAME/VERSION.json` too. */
function expectOnePlace({ name, path }: ModelFile, files: readonly ModelFile[]): void {
  const other = files.find((file) => file.name === name && dirname(file.path) !== dirname(path));
  if (other !== undefined) throw new Error(`${path}: expected this file or versions of ${name}, got ${other.path} too`);
}
