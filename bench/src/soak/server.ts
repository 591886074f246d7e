import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../free-port.js';
import type { Tally } from './tally.js';

/** How long the service may take to stop, in milliseconds. */
const LONGEST_STOP = 60_000;

/** The service in a process of its own. */
export interface Service {
  readonly port: number;
  /** Its resident memory, in bytes. */
  memory(): number;
  /** How many sockets it has open. */
  sockets(): number;
  /** Whether it has ended, by itself or not. */
  hasEnded(): boolean;
  /** Has it read its models again. */
  reload(): void;
  /** Stops it; the code that it exits with, null where it had to be ended by force. */
  stop(): Promise<number | null>;
}

/** Starts the service, and notes each line of its log above a warning, but that a model's file failed. */
export async function startService(settings: Record<string, string>, tally: Tally): Promise<Service> {
  const port = await freePort();
  const program = fileURLToPath(new URL('dist/server.js', import.meta.resolve('@housing/service/package.json')));
  const env = { ...process.env, HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'warn', ...settings };
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  // also where the load fails
  process.once('exit', () => child.kill('SIGKILL'));
  const { pid } = child;
  if (pid === undefined) throw new Error(`${process.execPath}: expected a program`);
  follow(child.stdout, (line) => {
    const { level, msg } = JSON.parse(line);
    if (level > 40 && msg !== 'model failed') tally.violate('log', line);
  });
  follow(child.stderr, (line) => tally.violate('standard error', line));
  await untilHealthy(port, child);
  return {
    port,
    memory: () => 1024 * Number(read(`/proc/${pid}/status`).match(/^VmRSS:\s+(\d+) kB$/m)?.[1]),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    sockets: () => countSockets(pid),
    reload: () => void child.kill('SIGHUP'),
    stop: () => stop(child),
  };
}

function follow(stream: Readable, take: (line: string) => void): void {
  createInterface({ input: stream }).on('line', take);
}

async function untilHealthy(port: number, child: ChildProcess): Promise<void> {
  const once = { headers: { connection: 'close' } };
  for (let attempt = 0; attempt < 300 && child.exitCode === null; attempt++) {
    const response = await fetch(`http://127.0.0.1:${port}/health/live`, once).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.ok) return;
    await sleep(100);
  }
  child.kill('SIGKILL');
  throw new Error('expected a service within 30 seconds, got none');
}

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill('SIGTERM');
  const end = setTimeout(() => child.kill('SIGKILL'), LONGEST_STOP);
  const [code] = await once(child, 'exit');
  clearTimeout(end);
  return code;
}

function countSockets(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  const files = orElse(() => readdirSync(folder), []);
  return files.filter((fd) => orElse(() => readlinkSync(`${folder}/${fd}`), '').startsWith('socket:')).length;
}

function read(path: string): string {
  return orElse(() => readFileSync(path, 'utf8'), '');
}

// what the system tells of a process may be gone when it is read
function orElse<Value>(read: () => Value, otherwise: Value): Value {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
