import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import root, { type Test } from 'tap';

const program = join(
  dirname(createRequire(import.meta.url).resolve('@housing/service/package.json')),
  'dist/server.js',
);

// a start takes many seconds on a machine that is busy with other tests
root.setTimeout(300_000);

const running = new Set<ChildProcessWithoutNullStreams>();
// a test that runs out of time ends without its teardown
process.once('exit', () => {
  for (const child of running) kill(child);
});

/** A server in a process of its own, and what it has printed. */
export interface Server {
  readonly child: ChildProcessWithoutNullStreams;
  readonly output: { stdout: string; stderr: string };
  /** The code that it exits with. */
  readonly exit: Promise<number | null>;
}

/** Starts the server that `npm start` starts, with these settings, and kills it when the test ends if it still runs. */
export function startServer(t: Test, settings: Record<string, string> = {}, args: readonly string[] = []): Server {
  return run(t, [process.execPath, program, ...args], settings);
}

/** Starts the server by `npm start`, without its set-up. */
export function startByNpm(t: Test): Server {
  return run(t, ['npm', 'start', '--ignore-scripts'], {});
}

function run(t: Test, [command, ...args]: string[], settings: Record<string, string>): Server {
  // without the test runner's own hooks, which would make its start slow
  const env = { ...process.env, NODE_OPTIONS: '', PORT: '0', ...settings };
  // a process group of its own, as of a terminal: it can be ended with all that it starts
  const child = spawn(command, args, { env, detached: true });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  const exit = once(child, 'close').then(([code]) => code);
  t.teardown(async () => {
    kill(child);
    await exit;
  });
  return { child, output, exit };
}

/** Waits until the server prints where it serves. */
export async function untilListening({ child, output, exit }: Server): Promise<string> {
  const failed = exit.then(() => {
    throw new Error(`expected a server, got: ${output.stderr}`);
  });
  // the exit after the test is nobody's failure
  failed.catch(() => {});
  for (;;) {
    const [, url] = output.stdout.match(/Server listening at (http:[^"\s]+)/) ?? [];
    if (url !== undefined) return url;
    await Promise.race([once(child.stdout, 'data'), failed]);
  }
}

/** The lines of the log that tell this. */
export function linesOf({ output }: Server, message: string): Record<string, unknown>[] {
  const lines = output.stdout.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === message);
}

function kill({ pid }: ChildProcessWithoutNullStreams): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // all of the group have ended by themselves
  }
}
