import { Problem } from '../problem.js';
import { show } from '../rows/rows.js';
import type { ServedModel } from './served-model.js';

/** The reason of what does not serve since somebody has said so, and not since a file has failed. */
export const UNLOADED = 'unloaded';

/** What there is to say of one version of a model. */
export interface ModelState {
  readonly name: string;
  readonly version: number;
  /** Whether it serves. */
  readonly state: 'READY' | 'UNAVAILABLE';
  /** Why it does not serve, or why what replaces it on disk does not; otherwise empty. */
  readonly reason: string;
}

/** A version of a model: what serves, if anything, and why nothing newer does. */
export interface ModelVersion {
  readonly version: number;
  readonly served: ServedModel | undefined;
  readonly reason: string;
  /** Whether the system did not let its file be read, which may be so for a moment. */
  readonly isUnread?: boolean;
}

/** The models that serve. Ask again for each request: between two of them any may have been replaced. */
export interface Models {
  readonly defaultName: string;

  /**
   * The model that `/predict` asks.
   *
   * @throws {@link Problem} `model_unavailable` while it does not serve
   */
  readonly default: ServedModel;

  /**
   * Finds a model by its name, and by its version in decimal digits: the highest that serves by default.
   *
   * @throws {@link Problem} `unknown_model`, `unknown_version`, or `model_unavailable` for what is known and does not serve
   */
  find(name: string, version?: number | string): ServedModel;

  /** All that serve, by name and then by version. */
  list(): ServedModel[];

  /** All that are known, by name and then by version. */
  states(): ModelState[];

  /** How many times each model could not be loaded; under the empty name, how many times the whole folder was refused. */
  failedLoads(): ReadonlyMap<string, number>;

  /** Whether the whole folder was refused when it was last read. */
  isFolderRefused(): boolean;
}

/** Models that can be replaced while they serve. */
export interface ReplaceableModels extends Models {
  /** Puts these versions, ascending, in the place of all of a model at once; none forget the model. */
  replace(name: string, versions: readonly ModelVersion[]): void;

  /** All versions of a model, ascending; none of an unknown one. */
  versions(name: string): readonly ModelVersion[];

  /** All names, sorted. */
  names(): string[];

  /** Counts loads of a model that failed. */
  countFailedLoads(name: string, n: number): void;

  /** Notes whether the whole folder was refused, each time that it is read. */
  noteFolder(isRefused: boolean): void;
}

/**
 * Gathers models that have verified.
 *
 * @param defaultName the model that `/predict` asks; by default the only one, or `housing`
 * @throws Error where there is no such model
 */
export function gatherModels(served: readonly ServedModel[], defaultName?: string): ReplaceableModels {
  const byName = new Map<string, readonly ModelVersion[]>();
  const failedLoads = new Map([['', 0]]);
  let isFolderRefused = false;
  for (const model of served) add(model);
  const nameOfDefault = chooseDefault([...byName.keys()], defaultName);

  function add(served: ServedModel): void {
    const { name, version } = served;
    const versions = [...(byName.get(name) ?? []), { version, served, reason: '' }];
    byName.set(
      name,
      versions.sort((a, b) => a.version - b.version),
    );
  }

  function names(): string[] {
    return [...byName.keys()].sort();
  }

  function countFailedLoads(name: string, n: number): void {
    failedLoads.set(name, (failedLoads.get(name) ?? 0) + n);
  }

  return {
    defaultName: nameOfDefault,
    get default() {
      return findModel(byName, nameOfDefault);
    },
    find: (name, version) => findModel(byName, name, version),
    list: () => names().flatMap((name) => (byName.get(name) ?? []).flatMap(({ served }) => served ?? [])),
    states: () => names().flatMap((name) => (byName.get(name) ?? []).map((version) => describeState(name, version))),
    replace(name, versions) {
      if (versions.length === 0) byName.delete(name);
      else byName.set(name, versions);
    },
    versions: (name) => byName.get(name) ?? [],
    names,
    failedLoads: () => failedLoads,
    isFolderRefused: () => isFolderRefused,
    countFailedLoads,
    noteFolder(isRefused) {
      // once: it is read again each second
      if (isRefused && !isFolderRefused) countFailedLoads('', 1);
      isFolderRefused = isRefused;
    },
  };
}

/**
 * Finds a model for whoever asks, who learns no more of one that does not serve than that: neither which others there are nor why.
 *
 * @throws {@link Problem} with the codes of {@link Models.find}
 */
export function findOpenly(models: Models, name: string, version?: string): ServedModel {
  try {
    return models.find(name, version);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const asked = version === undefined ? show(name) : `${show(name)} ${show(version)}`;
    throw new Problem(error.code, `expected a model that serves, got ${asked}`);
  }
}

/**
 * Chooses the model that `/predict` asks: the one that is named, by default the only one, or `housing`.
 *
 * @throws Error where there is no such model
 */
export function chooseDefault(names: readonly string[], name?: string): string {
  const wanted = name ?? (names.length === 1 ? names[0] : 'housing');
  if (names.includes(wanted)) return wanted;
  const got = name === undefined ? 'none' : JSON.stringify(name);
  throw new Error(`DEFAULT_MODEL: expected one of ${names.join(', ')}, got ${got}`);
}

function findModel(
  byName: ReadonlyMap<string, readonly ModelVersion[]>,
  name: string,
  version?: number | string,
): ServedModel {
  const versions = byName.get(name);
  if (versions === undefined)
    throw new Problem('unknown_model', `expected one of ${[...byName.keys()].sort().join(', ')}, got ${show(name)}`);
  const asked =
    version === undefined ? highest(versions) : versions.find((one) => String(one.version) === String(version));
  if (asked === undefined) {
    const known = versions.map((one) => one.version).join(', ');
    throw new Problem('unknown_version', `expected one of the versions ${known} of ${name}, got ${show(version)}`);
  }
  if (asked.served !== undefined) return asked.served;
  throw new Problem('model_unavailable', `expected ${name} ${asked.version} to serve, got: ${asked.reason}`);
}

/** The highest version that serves, or of none the highest. */
function highest(versions: readonly ModelVersion[]): ModelVersion | undefined {
  for (let k = versions.length - 1; k >= 0; k--) if (versions[k].served !== undefined) return versions[k];
  return versions.at(-1);
}

function describeState(name: string, { version, served, reason }: ModelVersion): ModelState {
  return { name, version, state: served === undefined ? 'UNAVAILABLE' : 'READY', reason };
}
