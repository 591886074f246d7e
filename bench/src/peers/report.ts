import { writeFileSync } from 'node:fs';
import { node, run } from './command.js';
import { peers } from './folders.js';
import { install } from './install.js';
import type { Results } from './results.js';
import { noteLines, peersTable, shapesTable } from './tables.js';
import { shapesTargetLine, targetLines } from './targets.js';

export function printResults(results: Results): void {
  console.log(describe(results));
}

/** Keeps the results as Markdown for readers and as JSON for programs. */
export function writeResults(results: Results): void {
  writeFileSync(`${peers}/results.md`, describe(results));
  writeFileSync(`${peers}/results.json`, `${JSON.stringify(results, null, 2)}\n`);
}

/** Draws the kept results. */
export async function drawPicture(): Promise<void> {
  await install('picture');
  await run(node(`${peers}/picture/draw.js`));
}

function describe(results: Results): string {
  const { date, machine, rows, repetitions, peers, shapes } = results;
  const parts = [
    `\`npm run bench:peers\`, ${date}, ${machine}, one pinned core, medians of ${repetitions} repetitions in turn.`,
  ];
  if (peers.length > 0) {
    parts.push(
      `The housing model of 400 trees, ${rows.toLocaleString('en')} random rows, one thread:`,
      peersTable(peers),
    );
    parts.push(noteLines(peers).join('\n'), targetLines(peers).map((line) => `- ${line}`).join('\n')); // biome-ignore format: two lists
  }
  if (shapes.length > 0)
    parts.push('Models of other shapes, in batch:', shapesTable(shapes), `- ${shapesTargetLine(shapes)}`);
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
