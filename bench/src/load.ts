import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { examples } from './examples.js';
import { freePort } from './free-port.js';
import { requestHeaders } from './request-headers.js';

const { values: options } = parseArgs({
  options: {
    url: { type: 'string' },
    connections: { type: 'string', default: '10' },
    duration: { type: 'string', default: '15' },
  },
});

const port = await freePort();
const url = options.url ?? `http://127.0.0.1:${port}`;
const server = options.url === undefined ? startServer(port) : undefined;
try {
  await untilHealthy(url);
  process.exitCode = (await load(url)) === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  if (server) await stop(server);
}

/** Sends the examples over and over, verifies each answer, and returns how many were not as they should be. */
async function load(url: string): Promise<number> {
  let mismatches = 0;
  const result = await autocannon({
    url,
    connections: Number(options.connections),
    duration: Number(options.duration),
    requests: examples.map(({ body, answer }) => ({
      method: 'POST',
      path: '/predict',
      headers: requestHeaders,
      body,
      onResponse: (_status: number, received: string) => {
        if (received !== answer) mismatches++;
      },
    })),
  });
  console.log(autocannon.printResult(result));
  const { errors, timeouts, non2xx } = result;
  console.log(
    `${result.requests.total} answers: ${errors} errors, ${timeouts} timeouts, ${non2xx} non-2xx, ${mismatches} mismatches`,
  );
  return errors + timeouts + non2xx + mismatches + (result.requests.total === 0 ? 1 : 0);
}

// a process of its own, since the load generator keeps a core busy
function startServer(port: number): ChildProcess {
  const program = fileURLToPath(new URL('dist/server.js', import.meta.resolve('@housing/service/package.json')));
  const env = { ...process.env, HOST: '127.0.0.1', PORT: String(port) };
  return spawn(process.execPath, [program], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function untilHealthy(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const response = await fetch(new URL('/health', url)).catch(() => undefined);
    if (response?.ok) return;
    await sleep(100);
  }
  throw new Error(`${url}: expected a healthy server within 10 seconds, got none`);
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  server.kill('SIGTERM');
  await once(server, 'exit');
}
