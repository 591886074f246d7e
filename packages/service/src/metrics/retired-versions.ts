import type { Models } from '../models/models.js';

/** For how long a version that is gone is still told of, in milliseconds: all who scrape have then seen its last counts. */
const LONGEST_MEMORY = 60 * 60_000;

/** Whether a version has been gone for so long that its counts may be forgotten. */
export type IsRetired = (model: string, version: number) => boolean;

/** Counts that are told of versions, for as long as anybody may ask. */
export interface VersionCounts {
  forget(isRetired: IsRetired): void;
}

/** Makes what has counts forget versions that are gone: a model that is rolled for years would leave more and more of them. */
export function createForgetting({ states }: Models): (counts: readonly VersionCounts[], now: number) => void {
  // when each was last there, or first found to be gone
  const times = new Map<string, number>();

  return (counts, now) => {
    for (const { name, version } of states()) times.set(keyOf(name, version), now);
    const isRetired = (model: string, version: number) => {
      const key = keyOf(model, version);
      const time = times.get(key) ?? now;
      times.set(key, time);
      return now - time >= LONGEST_MEMORY;
    };
    for (const one of counts) one.forget(isRetired);
    for (const [key, time] of times) if (now - time >= LONGEST_MEMORY) times.delete(key);
  };
}

/** One text for a version of a model, whatever its name. */
export function keyOf(model: string, version: number): string {
  return JSON.stringify([model, version]);
}
