import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A file that holds one version of a model. */
export interface ModelFile {
  readonly name: string;
  readonly version: number;
  readonly path: string;
}

/**
 * Lists the models of a folder, by name and then by version: `NAME.json`, which is version 1, and `NAME/VERSION.json`.
 *
 * @throws Error for what is no folder
 */
export function listModelFiles(folder: string): ModelFile[] {
  return listPaths(folder)
    .flatMap((path) => parsePath(folder, path) ?? [])
    .sort((a, b) => (a.name === b.name ? a.version - b.version : a.name < b.name ? -1 : 1));
}

/** The JSON files of a folder that are not read, since their names are no names of models or no versions. */
export function passedOver(folder: string): string[] {
  return listPaths(folder)
    .filter((path) => /\.json$/i.test(path) && parsePath(folder, path) === undefined)
    .sort();
}

function parsePath(folder: string, path: string): ModelFile | undefined {
  const [, name, version = '1'] =
    path.match(/^([A-Za-z0-9._-]+)\.json$/) ?? path.match(/^([^/]+)\/(0|[1-9]\d{0,14})\.json$/) ?? [];
  return name === undefined ? undefined : { name, version: Number(version), path: join(folder, path) };
}

/** What a folder holds, and what the folders in it hold that may be named as a model is. */
function listPaths(folder: string): string[] {
  const entries = list(folder);
  const folders = entries.filter((entry) => isModelFolder(folder, entry));
  return [...entries, ...folders.flatMap((name) => list(join(folder, name)).map((file) => `${name}/${file}`))];
}

// none that is hidden: Kubernetes keeps what it mounts in folders such as `..data`
function isModelFolder(folder: string, entry: string): boolean {
  return (
    /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(entry) &&
    !entry.endsWith('.json') &&
    statSync(join(folder, entry), { throwIfNoEntry: false })?.isDirectory() === true
  );
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
