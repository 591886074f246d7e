import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@housing/bench/free-port.js';
import type { Test } from 'tap';

/** What an operator puts into Prometheus and Grafana. */
export const operations = 'packages/service/operations';

/** A Prometheus, by its HTTP API. */
export interface Prometheus {
  /** The number of series that an expression has now. */
  count(expression: string): Promise<number>;
  /** The alert rules. */
  rules(): Promise<AlertRule[]>;
  /** Waits until something holds, at most a minute. */
  until(what: string, holds: () => Promise<boolean>): Promise<void>;
}

export interface AlertRule {
  readonly name: string;
  readonly query: string;
  readonly state: 'inactive' | 'pending' | 'firing';
  readonly health: string;
}

/** Runs promtool, with a text on its standard input. */
export function promtool(args: readonly string[], input = ''): { status: number | null; output: string } {
  const { error, status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  if (error !== undefined) throw missing('promtool', error);
  return { status, output: stdout + stderr };
}

/** Starts Prometheus in a folder with the shipped configuration, but for the service on a port, and twice a second; it ends with the test. */
export async function startPrometheus(t: Test, folder: string, servicePort: string): Promise<Prometheus> {
  const port = await freePort();
  copyFileSync(join(operations, 'alerts.yml'), join(folder, 'alerts.yml'));
  const configuration = readFileSync(join(operations, 'prometheus.yml'), 'utf8')
    .replace('127.0.0.1:5000', `127.0.0.1:${servicePort}`)
    .replace('scrape_interval: 15s', 'scrape_interval: 500ms\n    scrape_timeout: 500ms');
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, `global: { evaluation_interval: 1s }\n${configuration}`);

  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child = spawn('prometheus', [...args, '--log.level=warn'], { stdio: ['ignore', 'ignore', 'inherit'] });
  await once(child, 'spawn').catch((error) => {
    throw missing('prometheus', error);
  });
  const ended = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });

  async function ask<T>(path: string): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    const { data, error }: { data: T; error?: string } = JSON.parse(await response.text());
    if (response.ok) return data;
    throw new Error(`expected data, got ${error} for ${path}`);
  }

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error(`expected ${what} in a minute, got none`);
      await sleep(200);
    }
  }

  const started = () => ask('status/runtimeinfo').then(() => true, () => false); // biome-ignore format: one line
  await until('a Prometheus that answers', started);
  return {
    async count(expression) {
      const { result } = await ask<{ result: unknown[] }>(`query?query=${encodeURIComponent(expression)}`);
      return result.length;
    },
    async rules() {
      const { groups } = await ask<{ groups: { rules: AlertRule[] }[] }>('rules?type=alert');
      return groups.flatMap(({ rules }) => rules);
    },
    until,
  };
}

function missing(program: string, error: Error): Error {
  return new Error(`${program}: expected the program of Debian's package prometheus, got ${error.message}`);
}
