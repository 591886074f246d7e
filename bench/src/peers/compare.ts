import { accuracyOf } from './accuracy.js';
import type { Failed, Measured, Peer, ShapeResult } from './results.js';
import { type RivalProcess, startRival } from './rival-process.js';
import { timeBatchInTurn, timeInTurn } from './rounds.js';
import { oracle, ours, type Shape, type Task } from './task.js';

interface Answered {
  readonly rival: RivalProcess;
  readonly rows: Float64Array;
  readonly edges: Float64Array;
}

/** Compares rivals on one task: answers first, then times. What cannot take part is told with its reason. */
export async function comparePeers(
  names: readonly string[],
  task: Task,
  repetitions: number,
  core: number,
): Promise<Peer[]> {
  const answers = await answersOf(names, task, core);
  const answered = answers.filter((answer) => 'rival' in answer);
  try {
    const expected = answerNamed(oracle, answers);
    const timings = await timeInTurn(answered.map(({ rival }) => rival), task.nRows, repetitions); // biome-ignore format: one call
    const measured = answered.map(({ rival, rows, edges }, k): Measured => {
      const { name, title, versions, note } = rival;
      const { equal: equalEdges } = accuracyOf(edges, expected.edges);
      return { name, title, versions, note, ...timings[k], ...accuracyOf(rows, expected.rows), equalEdges };
    });
    return [...measured, ...answers.filter((answer) => 'problem' in answer)];
  } finally {
    for (const { rival } of answered) rival.stop();
  }
}

/** Compares a batch of ours with scikit-learn's, on a model of a given shape. */
export async function compareShape(shape: Shape, task: Task, repetitions: number, core: number): Promise<ShapeResult> {
  const answers = await answersOf([oracle, ours], task, core);
  const rivals = answers.filter((answer) => 'rival' in answer).map(({ rival }) => rival);
  try {
    const expected = answerNamed(oracle, answers);
    const got = answerNamed(ours, answers);
    const equal = Math.min(accuracyOf(got.rows, expected.rows).equal, accuracyOf(got.edges, expected.edges).equal);
    const [sklearn, own] = await timeBatchInTurn(rivals, task.nRows, repetitions);
    return { shape, rows: task.nRows, sklearn, ours: own, equal };
  } finally {
    for (const rival of rivals) rival.stop();
  }
}

async function answersOf(names: readonly string[], task: Task, core: number): Promise<(Answered | Failed)[]> {
  const answers: (Answered | Failed)[] = [];
  for (const name of names) answers.push(await answerOf(name, task, core));
  return answers;
}

async function answerOf(name: string, task: Task, core: number): Promise<Answered | Failed> {
  let rival: RivalProcess | undefined;
  console.error(`  ${name}`);
  try {
    rival = await startRival(name, task, core);
    return { rival, rows: await rival.predict('rows'), edges: await rival.predict('edges') };
  } catch (error) {
    rival?.stop();
    return { name, problem: error instanceof Error ? error.message : String(error) };
  }
}

function answerNamed(name: string, answers: readonly (Answered | Failed)[]): Answered {
  for (const answer of answers) {
    if ('rival' in answer && answer.rival.name === name) return answer;
    if ('problem' in answer && answer.name === name) throw new Error(`${name}: ${answer.problem}`);
  }
  throw new Error(`expected ${name} among the rivals, found none`);
}
