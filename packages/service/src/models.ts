import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPredictor, type Model, type Predictor, parseModel, verify } from '@housing/model';
import { Problem } from './problem.js';
import { show } from './rows.js';

/** A model that has verified, and what predicts with it. */
export interface ServedModel {
  /** The name of its file, without `.json`. */
  readonly name: string;
  /** Of the bytes of its file, in hexadecimal digits. */
  readonly sha256: string;
  readonly model: Model;
  readonly predictor: Predictor;
}

/**
 * Reads and verifies the `NAME.json` files of a folder.
 *
 * @throws Error with file and reason at the first that is not a model, and for a folder without any
 */
export function readModels(folder: string): ServedModel[] {
  const files = list(folder).filter(isModel);
  if (files.length === 0) throw new Error(`${folder}: expected NAME.json files, got none`);
  return files.sort().map((file) => readModel(join(folder, file), file.slice(0, -'.json'.length)));
}

/** The JSON files of a folder that are not read, since their names are no names of models. */
export function passedOver(folder: string): string[] {
  return list(folder)
    .filter((file) => /\.json$/i.test(file) && !isModel(file))
    .sort();
}

function isModel(file: string): boolean {
  return /^[A-Za-z0-9._-]+\.json$/.test(file);
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new Error(`MODELS_DIR: expected a folder, got ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

function readModel(file: string, name: string): ServedModel {
  try {
    const bytes = readFileSync(file);
    const model = parseModel(JSON.parse(bytes.toString('utf8')));
    const predictor = createPredictor(model);
    verify(model, predictor);
    return { name, sha256: createHash('sha256').update(bytes).digest('hex'), model, predictor };
  } catch (error) {
    // V8 quotes the file in its message, with its line breaks
    const reason = String(error instanceof Error ? error.message : error).replace(/\s+/g, ' ');
    throw new Error(`${file}: ${reason}`, { cause: error });
  }
}

/**
 * Chooses the model that `/predict` asks: the one named, else the only one, else `housing`.
 *
 * @throws Error where there is no such model
 */
export function chooseDefault(models: readonly ServedModel[], name?: string): ServedModel {
  const wanted = name ?? (models.length === 1 ? models[0].name : 'housing');
  const chosen = models.find((served) => served.name === wanted);
  if (chosen !== undefined) return chosen;
  const names = models.map((served) => served.name).join(', ');
  throw new Error(`DEFAULT_MODEL: expected one of ${names}, got ${name === undefined ? 'none' : JSON.stringify(name)}`);
}

/**
 * Finds a model by its name.
 *
 * @throws {@link Problem} `unknown_model`
 */
export function findModel<Served extends ServedModel>(models: readonly Served[], name: string): Served {
  const found = models.find((served) => served.name === name);
  if (found !== undefined) return found;
  const names = models.map((served) => served.name).join(', ');
  throw new Problem('unknown_model', `expected one of ${names}, got ${show(name)}`);
}
