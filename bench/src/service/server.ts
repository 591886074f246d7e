import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../free-port.js';

/** A server to start: what runs it, which finds its port in the variable PORT or in the place of PORT in its arguments. */
export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where its errors go; here by default. */
  readonly stderr?: 'inherit' | 'ignore';
}

/** A server in a process of its own on a core of its own. */
export interface Server {
  readonly name: string;
  readonly url: string;
  /** The processor time that it and its children have taken since their start, in seconds. */
  cpuTime(): number;
  /** Its resident memory, in bytes. */
  memory(): number;
  stop(): Promise<void>;
}

/** The core of the servers; the load comes from the other one. */
const SERVER_CORE = 0;
const LOAD_CORE = 1;

/** The service, as `npm start` runs it. */
export function service(name: string, env: Record<string, string> = {}): Program {
  const program = fileURLToPath(new URL('dist/server.js', import.meta.resolve('@housing/service/package.json')));
  return { name, command: process.execPath, args: [program], env };
}

/** A server of this folder that shows what its framework allows. */
export function rival(name: string, file: string, env: Record<string, string> = {}): Program {
  return { name, command: process.execPath, args: [fileURLToPath(new URL(`rivals/${file}.js`, import.meta.url))], env };
}

/** Moves this process, which makes the load, to the core that has no server. */
export async function moveToLoadCore(): Promise<void> {
  const moved = spawn('taskset', ['-a', '-c', '-p', String(LOAD_CORE), String(process.pid)], { stdio: 'ignore' });
  const [code] = await once(moved, 'exit').catch(() => [1]);
  if (code !== 0) throw new Error('taskset: expected Linux and two cores, one for the server and one for the load');
}

/** Starts a server, without waiting for it. */
export function launch({ command, args, env, stderr = 'inherit' }: Program, port: number): ChildProcess {
  const pinned = ['-c', String(SERVER_CORE), command, ...args.map((arg) => arg.replace('PORT', String(port)))];
  // its log goes nowhere, for every server alike
  return spawn('taskset', pinned, {
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', stderr],
  });
}

/** Starts a server and waits until it answers, whatever it answers. */
export async function startServer(program: Program): Promise<Server> {
  const port = await freePort();
  const child = launch(program, port);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program.command}: expected a program`);
  const server = {
    name: program.name,
    url: `http://127.0.0.1:${port}`,
    cpuTime: () => cpuTime(pid),
    memory: () => memory(pid),
    stop: () => stop(child),
  };
  await untilAnswering(server.url, child);
  return server;
}

/** Stops a process and waits for its end. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function untilAnswering(url: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 300 && child.exitCode === null; attempt++) {
    const response = await fetch(url).catch(() => undefined);
    if (response !== undefined) {
      await response.arrayBuffer();
      return;
    }
    await sleep(100);
  }
  await stop(child);
  throw new Error(`${url}: expected a server within 30 seconds, got none`);
}

function cpuTime(pid: number): number {
  let nanoseconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const place = `/proc/${pid}/task/${task}`;
    nanoseconds += Number(readFileSync(`${place}/schedstat`, 'utf8').split(' ')[0]);
    const children = readFileSync(`${place}/children`, 'utf8').split(' ').filter(Boolean);
    for (const child of children) nanoseconds += 1e9 * cpuTime(Number(child));
  }
  return nanoseconds / 1e9;
}

function memory(pid: number): number {
  const [, kilobytes] = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB$/m) ?? [];
  return 1024 * Number(kilobytes);
}
