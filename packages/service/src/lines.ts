import pino, { type DestinationStream } from 'pino';

/** For how long a line may wait for others, in milliseconds. */
const LONGEST_WAIT = 100;

/** How much is written together, in characters. */
const ENOUGH = 8192;

/** How much may wait while nothing can be written, in bytes: more than the longest line, at debug level. What comes then is dropped. */
const MOST_WAITING = 2 ** 27;

/**
 * Standard output, for a log: lines are written together, after 8 KiB or 100 ms, since a write takes as long as a third of a request.
 *
 * What waits is written at exit, whatever its reason is; only a process that is killed by force, or out of memory, loses it. Where
 * nobody reads any more, or the disk is full, lines are lost, and requests are answered.
 */
export function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true, maxLength: MOST_WAITING });
  // a log that cannot be written has nowhere to say so
  output.on('error', () => {});
  // here, not there by `minLength`: with each line it would copy and measure all that waits, which takes 5 µs
  let waiting = '';
  let isScheduled = false;

  // not by `flushSync`, which tries again for ever, while nothing else runs
  function flush(): void {
    output.write(waiting);
    waiting = '';
  }

  process.on('exit', flush);
  return {
    write(line) {
      waiting += line;
      if (waiting.length >= ENOUGH) flush();
      if (isScheduled) return;
      isScheduled = true;
      setTimeout(() => {
        isScheduled = false;
        flush();
      }, LONGEST_WAIT).unref();
    },
  };
}
