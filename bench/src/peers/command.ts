import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { peers, root } from './folders.js';

const oneThread = ['OMP', 'OPENBLAS', 'MKL', 'NUMEXPR'].map((library) => [`${library}_NUM_THREADS`, '1']);

/** A program with its arguments and its environment. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Runs a Python script with the pinned packages of a folder of `bench/peers`. */
export function pythonOf(name: string, ...args: string[]): Command {
  return {
    file: process.execPath,
    args: [`${root}scripts/python.js`, ...args],
    env: {
      ...nodeEnvironment(),
      REQUIREMENTS: `${peers}/${name}/requirements.txt`,
      PYTHONPATH: [`${peers}/shared`, `${root}model-export`].join(':'),
      PYTHONDONTWRITEBYTECODE: '1',
    },
  };
}

export function node(...args: string[]): Command {
  return { file: process.execPath, args, env: nodeEnvironment() };
}

/** The same command on one core only. */
export function pinned({ file, args, env }: Command, core: number): Command {
  return { file: 'taskset', args: ['--cpu-list', `${core}`, file, ...args], env };
}

function nodeEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, ...Object.fromEntries(oneThread) };
}

/**
 * Runs a command to its end.
 *
 * @throws Error with the last lines that it wrote, if it failed
 */
export async function run({ file, args, env }: Command, cwd = root): Promise<void> {
  try {
    await promisify(execFile)(file, args, { env, cwd, maxBuffer: 2 ** 26 });
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Error(lastLines(stderr, 2));
  }
}

export function lastLines(text: string, n: number): string {
  return text.trimEnd().split('\n').slice(-n).join('; ');
}
