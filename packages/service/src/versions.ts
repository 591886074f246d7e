import { findModel, type ServedModel } from './models.js';
import { Problem } from './problem.js';
import { show } from './rows.js';

/** A model, and which version of it. */
export type ServedVersion = ServedModel & { readonly version: number };

/** What there is to say of a version of a model. */
export interface ModelState {
  readonly name: string;
  readonly version: number;
  readonly state: 'READY' | 'UNAVAILABLE';
  /** Why it does not serve; otherwise empty. */
  readonly reason: string;
}

/** The models that serve, as protocols with versions ask for them. */
export interface Versions {
  /**
   * Finds a model by its name, and by its version in decimal digits where one is asked for.
   *
   * @throws {@link Problem} `unknown_model` or `unknown_version`
   */
  find(name: string, version?: string): ServedVersion;

  /** All that are known, by name and then by version. */
  states(): ModelState[];
}

/** Gives each model its one version, 1. */
export function versionsOf(models: readonly ServedModel[]): Versions {
  const versioned = models.map((served) => ({ ...served, version: 1 }));

  return {
    find(name, version = '1') {
      const served = findModel(versioned, name);
      if (version === '1') return served;
      throw new Problem('unknown_version', `expected 1 of ${name}, got ${show(version)}`);
    },
    states: () => versioned.map(({ name, version }) => ({ name, version, state: 'READY', reason: '' })),
  };
}
