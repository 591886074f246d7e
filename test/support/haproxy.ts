import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@housing/bench/free-port.js';
import type { Test } from 'tap';

/** A balancer, and how to ask what it makes of a server. */
export interface Balancer {
  readonly url: string;
  /** Waits until its checks say that a server is up, or down. */
  readonly until: (status: 'UP' | 'DOWN', port: number) => Promise<void>;
}

/** Starts HAProxy in front of the servers on these ports, and ends it when the test ends. */
export async function startHaproxy(t: Test, ports: readonly number[]): Promise<Balancer> {
  const [port, statsPort] = [await freePort(), await freePort()];
  const folder = t.testdir({ 'haproxy.cfg': configuration(port, statsPort, ports) });
  const child = spawn('haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(child, 'spawn');
  const ended = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });

  async function until(status: string, server: number): Promise<void> {
    while ((await statusOf(server)) !== status) await sleep(20);
  }

  async function statusOf(server: number): Promise<string | undefined> {
    const response = await fetch(`http://127.0.0.1:${statsPort}/;csv`).catch(() => undefined);
    const lines = (await response?.text())?.split('\n') ?? [];
    // proxy, server, …, and the status in the eighteenth column
    return lines.map((line) => line.split(',')).find(([, name]) => name === String(server))?.[17];
  }

  return { url: `http://127.0.0.1:${port}`, until };
}

/** No retries, and time enough for a busy machine: whatever a server loses, its client loses, and nothing else. */
function configuration(port: number, statsPort: number, servers: readonly number[]): string {
  return `
global
  nbthread 1
defaults
  mode http
  retries 0
  timeout connect 5m
  timeout client 5m
  timeout server 5m
  timeout check 5m
frontend clients
  bind 127.0.0.1:${port}
  default_backend servers
backend servers
  balance roundrobin
  option httpchk GET /health/ready
  default-server check inter 100ms fall 1 rise 1
${servers.map((server) => `  server ${server} 127.0.0.1:${server}\n`).join('')}
frontend stats
  bind 127.0.0.1:${statsPort}
  stats enable
  stats uri /
`;
}
