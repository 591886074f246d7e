import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from './measure.js';
import { options } from './options.js';

const program = fileURLToPath(new URL('cold.js', import.meta.url));

// the first use of the shipped document in new processes
const runs = Array.from({ length: options.repetitions }, (): number[] =>
  JSON.parse(execFileSync(process.execPath, [program], { encoding: 'utf8' })),
);
const [json, create, verify] = [0, 1, 2].map((k) => median(runs.map((run) => run[k])));
const total = median(runs.map((run) => run.reduce((sum, time) => sum + time, 0)));
console.log(
  `\ncold process, milliseconds: JSON.parse ${json.toFixed(1)}, parse and create ${create.toFixed(1)}, verify ${verify.toFixed(1)}; together ${total.toFixed(1)}, ${(total / json).toFixed(1)} × JSON.parse alone`,
);
