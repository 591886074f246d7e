import { statSync } from 'node:fs';
import { listModelFiles } from './model-files.js';

/**
 * Calls back when the model files of a folder have changed and then stayed the same from one look to the next.
 *
 * It looks instead of waiting for events of the file system, which do not come from network drives, nor from what Kubernetes
 * mounts by symbolic links.
 *
 * @param everyMs milliseconds from one look to the next; 1000 by default
 * @returns what ends it
 */
export function watchFolder(folder: string, onChange: () => void, everyMs = 1000): () => void {
  const tell = () => {
    onChange();
    return true;
  };
  return watch(() => listModelFiles(folder).map(({ path }) => path), tell, everyMs);
}

/** Has a file read when it has changed, as {@link watchFolder} does, and again at each look until that succeeds. */
export function watchFile(path: string, read: () => boolean, everyMs = 1000): () => void {
  return watch(() => [path], read, everyMs);
}

function watch(listPaths: () => string[], onChange: () => boolean, everyMs: number): () => void {
  let before: string | undefined;
  // unlike any: what changed between the start's reading and the first look is read too
  let told: string | undefined;

  const timer = setInterval(() => {
    const now = look(listPaths);
    if (now === before && now !== told && onChange()) told = now;
    before = now;
  }, everyMs);
  return () => clearInterval(timer);
}

/** All by which a change of a file or of its folder shows. */
function look(listPaths: () => string[]): string {
  try {
    return listPaths().map(lookAt).join('\n');
  } catch (error) {
    return String(error);
  }
}

// what is named and not there, such as a broken link, hides no change of the others
function lookAt(path: string): string {
  const file = statSync(path, { bigint: true, throwIfNoEntry: false });
  return file === undefined ? path : [path, file.ino, file.size, file.mtimeNs, file.ctimeNs].join(' ');
}
