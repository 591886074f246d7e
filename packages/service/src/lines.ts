import pino, { type DestinationStream } from 'pino';

/** For how long a line may wait for others, in milliseconds. */
const LONGEST_WAIT = 100;

/**
 * Standard output, for a log: lines are written together, after 8 KiB or 100 ms, since a write takes as long as a third of a request.
 *
 * What waits is written at exit, whatever its reason is; only a process that is killed by force, or out of memory, loses it.
 */
export function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true, minLength: 8192 });
  let isScheduled = false;

  function flush(): void {
    isScheduled = false;
    output.flushSync();
  }

  process.on('exit', flush);
  return {
    write(line) {
      output.write(line);
      if (isScheduled) return;
      isScheduled = true;
      setTimeout(flush, LONGEST_WAIT).unref();
    },
  };
}
