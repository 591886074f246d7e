import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { comparePeers, compareShape } from './peers/compare.js';
import { rivalNames, root } from './peers/folders.js';
import { drawPicture, printResults, writeResults } from './peers/report.js';
import { isExact, type Peer, type ShapeResult } from './peers/results.js';
import { housingTask, nRowsOf, oracle, ours, type Shape, shapeName, shapeTask } from './peers/task.js';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    repetitions: { type: 'string', default: '7' },
    only: { type: 'string', multiple: true },
  },
});
const repetitions = Number(options.repetitions);
const core = cpus().length - 1;
const shapes: Shape[] = JSON.parse(readFileSync(`${root}bench/shapes.json`, 'utf8'));
expectTaskset();
expectKnown(options.only ?? []);

const results = {
  date: new Date().toISOString().slice(0, 10),
  machine: cpus()[core].model.trim(),
  rows: Number(options.rows),
  repetitions,
  peers: await measurePeers(),
  shapes: await measureShapes(),
};
printResults(results);
// a part of the rivals is no result to keep
if (options.only === undefined) {
  writeResults(results);
  await drawPicture();
}
if (!isExact(results)) {
  console.error('expected the doubles of scikit-learn in every row, got others');
  process.exitCode = 1;
}

async function measurePeers(): Promise<Peer[]> {
  const names = rivalNames();
  const chosen = names.filter((name) => isChosen(name) || name === oracle || name === ours);
  if (!names.some(isChosen)) return [];
  return comparePeers(chosen, await housingTask(Number(options.rows)), repetitions, core);
}

async function measureShapes(): Promise<ShapeResult[]> {
  const measured: ShapeResult[] = [];
  for (const shape of shapes.filter((shape) => isChosen(shapeName(shape)))) {
    console.error(shapeName(shape));
    measured.push(await compareShape(shape, await shapeTask(shape, nRowsOf(shape)), repetitions, core));
  }
  return measured;
}

function isChosen(name: string): boolean {
  return options.only?.includes(name) ?? true;
}

function expectKnown(only: readonly string[]): void {
  const known = [...rivalNames(), ...shapes.map(shapeName)];
  const unknown = only.find((name) => !known.includes(name));
  if (unknown !== undefined) fail(`--only: expected ${known.join(', ')}, got ${unknown}`);
}

function expectTaskset(): void {
  try {
    execFileSync('taskset', ['--version']);
  } catch {
    fail('expected taskset (of util-linux, on Linux) to keep every rival on one core, found none');
  }
}

function fail(problem: string): never {
  console.error(problem);
  process.exit(2);
}
