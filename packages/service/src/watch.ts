import { statSync } from 'node:fs';

/**
 * Reads files.
 *
 * @param isRetry whether nothing has changed since it last did: what it could not read then may be there now
 */
export type Read = (isRetry: boolean) => void;

/**
 * Has files read when they have changed, or others are listed, and then stayed the same from one look to the next; and what could not
 * be read at each look from then on.
 *
 * It looks instead of waiting for events of the file system, which do not come from network drives, nor from what Kubernetes
 * mounts by symbolic links.
 *
 * @param everyMs milliseconds from one look to the next
 * @returns what ends it
 */
export function watchFiles(listPaths: () => string[], read: Read, everyMs = 1000): () => void {
  let before: string | undefined;
  // unlike any: what changed between the start's reading and the first look is read too
  let told: string | undefined;

  const timer = setInterval(() => {
    const now = look(listPaths);
    const isRetry = now === told;
    if (now === before) {
      told = now;
      read(isRetry);
    }
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
