import { type Read, watchFiles } from '../watch.js';
import { listModelFiles } from './model-files.js';

/**
 * Has the model files of a folder read when they have changed and then stayed the same from one look to the next, and what could not
 * be read at each look from then on.
 *
 * @param everyMs milliseconds from one look to the next; 1000 by default
 * @returns what ends it
 */
export function watchFolder(folder: string, read: Read, everyMs?: number): () => void {
  return watchFiles(() => listModelFiles(folder).map(({ path }) => path), read, everyMs);
}
