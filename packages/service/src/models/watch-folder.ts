import { watchFiles } from '../watch.js';
import { listModelFiles } from './model-files.js';

/**
 * Calls back when the model files of a folder have changed and then stayed the same from one look to the next.
 *
 * @param everyMs milliseconds from one look to the next; 1000 by default
 * @returns what ends it
 */
export function watchFolder(folder: string, onChange: () => void, everyMs?: number): () => void {
  const tell = () => {
    onChange();
    return true;
  };
  return watchFiles(() => listModelFiles(folder).map(({ path }) => path), tell, everyMs);
}
