import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { lastLines, node, pinned, pythonOf, run } from './command.js';
import { readFloat64 } from './float64-file.js';
import { peers, programOf } from './folders.js';
import { install } from './install.js';
import type { RowsName, Task } from './task.js';

/** A rival in a process of its own, idle until asked. */
export interface RivalProcess {
  readonly name: string;
  readonly title: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly note: string;
  /** Predicts all rows of one of the task's files in one call. */
  predict(name: RowsName): Promise<Float64Array>;
  /** Nanoseconds a row, all rows in one call. */
  timeBatch(): Promise<number>;
  /** Nanoseconds a row, one row a call, over the first n rows. */
  timeOne(n: number): Promise<number>;
  stop(): void;
}

/**
 * Installs and starts a rival.
 *
 * @param core the core that it may use
 * @throws Error with the reason, where it cannot be installed or does not start
 */
export async function startRival(name: string, task: Task, core: number): Promise<RivalProcess> {
  await install(name);
  const args = [task.folder, `${task.model.featureNames.length}`];
  const prepare = `${peers}/${name}/prepare.py`;
  if (existsSync(prepare)) await run(pythonOf(name, prepare, ...args));

  const program = programOf(name);
  if (program === undefined) throw new Error(`expected bench/peers/${name}/rival.py or rival.js, found none`);
  const command = program.endsWith('.py') ? pythonOf(name, program, ...args) : node(program, ...args);
  const { ask, stop } = converse(pinned(command, core));
  return {
    name,
    ...(await introduction(ask, stop)),
    async predict(rows) {
      await ask(`predict ${rows} ${name}`);
      return readFloat64(`${task.folder}/${rows}.${name}.f64`);
    },
    timeBatch: async () => JSON.parse(await ask('batch')),
    timeOne: async (n) => JSON.parse(await ask(`one ${n}`)),
    stop,
  };
}

/** What a rival says of itself when it is ready. */
async function introduction(ask: () => Promise<string>, stop: () => void) {
  try {
    const { title, versions, note } = JSON.parse(await ask());
    return { title, versions, note };
  } catch (error) {
    stop();
    throw error;
  }
}

/** Starts a process that answers each line with one of its own, and the beginning with one. */
function converse({ file, args, env }: ReturnType<typeof pinned>) {
  const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaints = (complaints + text).slice(-10_000);
  });
  child.on('error', (error) => {
    complaints = error.message;
  });
  // what a rival that ended is still told falls to the answer that does not come
  child.stdin.on('error', () => {});
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  return {
    async ask(command?: string): Promise<string> {
      if (command !== undefined) child.stdin.write(`${command}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(lastLines(complaints, 1) || 'ended without an answer');
      return value;
    },
    // a rival ends with its input
    stop: () => child.stdin.end(),
  };
}
