import pino, { type DestinationStream } from 'pino';

/**
 * Standard output, for a log: the lines of one turn of the event loop are written at once, when it ends.
 *
 * Under load a turn answers several requests, and a write for each takes longer than the line; and nothing waits to be lost.
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
      setImmediate(flush);
    },
  };
}
