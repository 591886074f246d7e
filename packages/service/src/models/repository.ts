import { dirname } from 'node:path';
import { Problem } from '../problem.js';
import { reasonOf } from '../reason.js';
import { show } from '../rows/rows.js';
import { listModelFiles, type ModelFile } from './model-files.js';
import { chooseDefault, gatherModels, type Models, UNLOADED } from './models.js';
import { type ModelChange, refresh } from './refresh.js';
import { readModel } from './served-model.js';

/** A folder of models. What is asked of it is done one after another, and each model is replaced at once. */
export interface ModelRepository {
  /** What of it serves. */
  readonly models: Models;

  /**
   * Reads what has changed in the folder, but for models that were unloaded. Where a file fails, what serves stays.
   *
   * @param isRetry reads that alone which could not be read; that a file still cannot is no change
   * @throws Error for a folder that `openRepository` would refuse before it reads any file: nothing changes then
   */
  reload(isRetry?: boolean): Promise<ModelChange[]>;

  /**
   * Reads what has changed of one model, as `reload` does, also where it was unloaded.
   *
   * @throws {@link Problem} `unknown_model`, or `load_failed` for a folder that `reload` would refuse, and where nothing serves and
   * no file is there: nothing changes then
   */
  load(name: string): Promise<ModelChange[]>;

  /**
   * Serves a model no more, until it is loaded. Requests in flight finish.
   *
   * @throws {@link Problem} `unknown_model`
   */
  unload(name: string): Promise<ModelChange[]>;
}

/**
 * Reads and verifies the models of a folder: `NAME.json`, which is version 1, and `NAME/VERSION.json`.
 *
 * @param defaultName the model that `/predict` asks; by default the only one, or `housing`
 * @throws Error with file and reason at the first that is not a model, for a folder without any, and where there is no default
 */
export function openRepository(folder: string, defaultName?: string): ModelRepository {
  const models = gatherModels(listFiles(folder).map(readModel), defaultName);
  const unloaded = new Set<string>();
  const inTurn = createQueue();
  // what has changed in a folder that was refused is still to be read
  let isBehind = false;

  async function reload(isRetry = false): Promise<ModelChange[]> {
    const onlyUnread = isRetry && !isBehind;
    if (onlyUnread && !hasUnread()) return [];
    isBehind = true;
    const files = list();
    isBehind = false;
    const names = new Set([...models.names(), ...files.map(({ name }) => name)].filter((name) => !unloaded.has(name)));
    const changes: ModelChange[] = [];
    for (const name of names) changes.push(...(await refresh(models, name, files, onlyUnread)));
    return changes;
  }

  // also a folder, if it was for a load of one model
  function hasUnread(): boolean {
    const versions = models.names().flatMap((name) => models.versions(name));
    return models.isFolderRefused() || versions.some(({ isUnread }) => isUnread);
  }

  async function load(name: string): Promise<ModelChange[]> {
    const files = listFor(name);
    expectKnown(name, [...models.names(), ...files.map((file) => file.name)]);
    const versions = models.versions(name);
    if (!files.some((file) => file.name === name) && !versions.some(({ served }) => served !== undefined))
      throw loadFailed(name, 'expected its file, got none');
    unloaded.delete(name);
    return refresh(models, name, files);
  }

  function listFor(name: string): ModelFile[] {
    try {
      return list();
    } catch (error) {
      throw loadFailed(name, reasonOf(error));
    }
  }

  function list(): ModelFile[] {
    try {
      const files = listFiles(folder);
      expectSameDefault(files, models.defaultName, defaultName);
      models.noteFolder(false);
      return files;
    } catch (error) {
      models.noteFolder(true);
      throw error;
    }
  }

  async function unload(name: string): Promise<ModelChange[]> {
    expectKnown(name, models.names());
    unloaded.add(name);
    const versions = models.versions(name).map(({ version }) => ({ version, served: undefined, reason: UNLOADED }));
    models.replace(name, versions);
    return versions.map(({ version, reason }) => ({ model: name, version, change: 'removed', reason }));
  }

  return {
    models,
    reload: (isRetry) => inTurn(() => reload(isRetry)),
    load: (name) => inTurn(() => load(name)),
    unload: (name) => inTurn(() => unload(name)),
  };
}

/** Makes what begins each work when the one before has ended, be it well or not. */
function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
}

function listFiles(folder: string): ModelFile[] {
  const files = listModelFiles(folder);
  if (files.length === 0) throw new Error(`${folder}: expected NAME.json or NAME/VERSION.json files, got none`);
  for (const file of files) expectOnePlace(file, files);
  return files;
}

function expectOnePlace({ name, path }: ModelFile, files: readonly ModelFile[]): void {
  const other = files.find((file) => file.name === name && dirname(file.path) !== dirname(path));
  if (other !== undefined) throw new Error(`${path}: expected this file or versions of ${name}, got ${other.path} too`);
}

/** Refuses what a start would refuse, or take another default from: nobody would learn of it before. */
function expectSameDefault(files: readonly ModelFile[], current: string, named?: string): void {
  const names = [...new Set(files.map(({ name }) => name))].sort();
  // its file is gone, of which a reload tells
  if (!names.includes(current)) return;
  if (chooseDefault(names, named) !== current)
    throw new Error(`DEFAULT_MODEL: expected one of ${names.join(', ')}, got none`);
}

function loadFailed(name: string, reason: string): Problem {
  return new Problem('load_failed', `expected ${name} to load, got: ${reason}`);
}

function expectKnown(name: string, names: readonly string[]): void {
  if (names.includes(name)) return;
  const known = [...new Set(names)].sort().join(', ');
  throw new Problem('unknown_model', `expected one of ${known}, got ${show(name)}`);
}
