import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

// each in a process of its own: what V8 has learned from one makes another slower
const benchmarks = ['predictor.js kernel', 'predictor.js plain', 'shapes.js', 'workers.js', 'start.js', 'memory.js'];

console.log(`${cpus()[0].model}, node ${process.version}`);
for (const benchmark of benchmarks) {
  const [program, ...which] = benchmark.split(' ');
  const file = fileURLToPath(new URL(program, import.meta.url));
  const { status } = spawnSync(process.execPath, [file, ...which, ...process.argv.slice(2)], { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`${benchmark}: expected exit 0, got ${status}`);
    process.exitCode = 1;
  }
}
