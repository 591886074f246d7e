import { reasonOf } from '../reason.js';
import type { ModelFile } from './model-files.js';
import type { ModelVersion, ReplaceableModels } from './models.js';
import { rereadModel, type ServedModel } from './served-model.js';

/** What has come of one version of a model. */
export interface ModelChange {
  readonly model: string;
  readonly version: number;
  /** `recovered` where a file that had failed is again the one that serves. */
  readonly change: 'loaded' | 'recovered' | 'failed' | 'removed';
  /** Why it failed or was removed; otherwise empty. */
  readonly reason: string;
  /** Of the file that serves, where it was loaded or recovered. */
  readonly sha256?: string;
  /** When that had verified, in milliseconds since 1970. */
  readonly loadedAt?: number;
}

/**
 * Reads what has changed of a model, and then replaces all its versions at once.
 *
 * @param onlyUnread reads those files alone that could not be read; that one still cannot is no change, whatever the reason
 */
export async function refresh(
  models: ReplaceableModels,
  name: string,
  files: readonly ModelFile[],
  onlyUnread = false,
): Promise<ModelChange[]> {
  const old = models.versions(name);
  const read: ModelVersion[] = [];
  for (const file of files) if (file.name === name) read.push(await readVersion(file, find(old, file), onlyUnread));
  const versions = keepServing(read, old);
  models.replace(name, versions);
  const isNew = (one: ModelChange) =>
    one.change !== 'failed' || find(versions, one)?.isUnread !== find(old, one)?.isUnread;
  const changes = compare(name, old, versions).filter((one) => !onlyUnread || isNew(one));
  models.countFailedLoads(name, changes.filter(({ change }) => change === 'failed').length);
  return changes;
}

async function readVersion(file: ModelFile, old: ModelVersion | undefined, onlyUnread: boolean): Promise<ModelVersion> {
  if (onlyUnread && old !== undefined && !old.isUnread) return old;
  const { version } = file;
  const served = old?.served;
  try {
    return { version, served: await rereadModel(file, served), reason: '' };
  } catch (error) {
    return { version, served, reason: reasonOf(error), isUnread: isOfSystem(error) };
  }
}

// or of the thread that verifies a file, which needs descriptors too
function isOfSystem(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return 'syscall' in error || ('code' in error && error.code === 'ERR_WORKER_INIT_FAILED');
}

/** Adds the versions that serve, though their files are gone, where no other does: only to unload a model ends its service. */
function keepServing(read: readonly ModelVersion[], old: readonly ModelVersion[]): readonly ModelVersion[] {
  if (read.some(({ served }) => served !== undefined)) return read;
  const kept = old.filter((one) => one.served !== undefined && find(read, one) === undefined);
  const reason = 'expected its file, got none';
  return [...read, ...kept.map(({ version, served }) => ({ version, served, reason }))].sort(
    (a, b) => a.version - b.version,
  );
}

function compare(model: string, old: readonly ModelVersion[], versions: readonly ModelVersion[]): ModelChange[] {
  const removed = old.filter((one) => find(versions, one) === undefined);
  const failed = versions.filter(({ reason }) => reason !== '');
  const well = versions.flatMap(({ served, reason }) => (served !== undefined && reason === '' ? served : []));
  const loaded = well.filter((served) => served !== find(old, served)?.served);
  const recovered = well.filter((served) => !loaded.includes(served) && find(old, served)?.reason !== '');
  return [
    ...loaded.map((served) => changeTo(served, 'loaded')),
    ...recovered.map((served) => changeTo(served, 'recovered')),
    ...failed.map(({ version, reason }) => ({ model, version, change: 'failed' as const, reason })),
    ...removed.map(({ version }) => ({ model, version, change: 'removed' as const, reason: 'its file is gone' })),
  ];
}

/** What there is to say of a model that has begun to serve. */
export function changeTo(
  { name, version, sha256, loadedAt }: ServedModel,
  change: 'loaded' | 'recovered',
): ModelChange {
  return { model: name, version, change, reason: '', sha256, loadedAt };
}

function find(versions: readonly ModelVersion[], { version }: { readonly version: number }): ModelVersion | undefined {
  return versions.find((one) => one.version === version);
}
