import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Figure, missesBy, printFigures } from './service/figures.js';
import { keys } from './service/keys.js';
import { latency } from './service/latency.js';
import { manyRows } from './service/many-rows.js';
import { memory } from './service/memory.js';
import { oneRow } from './service/one-row.js';
import { peers } from './service/peers.js';
import { moveToLoadCore } from './service/server.js';
import { coldStart } from './service/start.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    duration: { type: 'string', default: '3' }, // seconds, of each round on each server
    requests: { type: 'string', default: '1000000' }, // until the memory is measured again
    only: { type: 'string' }, // names of sections, with commas
    peers: { type: 'boolean', default: false }, // the two in Python instead, which need Python 3.7 and 3.11
  },
});
const rounds = Number(options.rounds);
const duration = Number(options.duration);

type Sections = Readonly<Record<string, () => Promise<Figure[]>>>;

const python: Sections = { peers: () => peers(rounds, duration) };
const node: Sections = {
  'one-row': () => oneRow(rounds, duration),
  keys: () => keys(rounds, duration),
  'many-rows': () => manyRows(rounds, duration),
  latency: () => latency(rounds, duration),
  start: () => coldStart(rounds),
  memory: () => memory(Number(options.requests)),
};

try {
  await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function run(): Promise<void> {
  await moveToLoadCore();
  console.log(`server on one core, load from another; ${cpus()[0].model}, node ${process.version}`);
  const figures: Figure[] = [];
  for (const [name, measure] of Object.entries(options.peers ? python : node)) {
    if (options.only === undefined || options.only.split(',').includes(name)) figures.push(...(await measure()));
  }
  printFigures(figures);
  // a machine that does other things too moves a ratio, but not by as much; a time by the clock it may
  if (figures.some((figure) => figure.unit === undefined && missesBy(figure) > 3)) process.exitCode = 1;
}
