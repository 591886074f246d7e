import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { growthOf } from './soak/growth.js';
import { soak } from './soak/soak.js';
import { createTally } from './soak/tally.js';

const { values: options } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(options.minutes);
/** How much more memory the end may take than the time after the first fifth; a short run is all warming up. */
const MOST_GROWTH = minutes < 5 ? 2 : 1.15;

const tally = createTally();
const usage = await soak(minutes * 60_000, tally);
const { before, after } = growthOf(usage);
// also where there was no time to measure
if (!(after <= MOST_GROWTH * before))
  tally.violate('memory', `expected at most ${MOST_GROWTH} x ${before}, got ${after}`);

console.log(`\n${minutes} minutes of everything at once; ${cpus()[0].model}, node ${process.version}\n`);
tally.print();
const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
console.log(
  `\nmemory ${megabytes(before)}, then ${megabytes(after)}, at most ${MOST_GROWTH} x allowed; highest ${megabytes(Math.max(...usage.memory))}`,
);
console.log(
  `at most ${usage.mostSockets} sockets, and at last ${tally.violations.some((one) => one.startsWith('sockets')) ? 'more than' : 'as many as'} at first`,
);
console.log(`${tally.violations.length} violations`);
process.exitCode = tally.violations.length === 0 ? 0 : 1;
