import { accuracyOf } from './accuracy.js';
import type { Exactness, Failed, Measured, Peer, ShapeResult } from './results.js';
import { type RivalProcess, startRival } from './rival-process.js';
import { timeBatchInTurn, timeInTurn } from './rounds.js';
import { oracle, ours, type RowsName, type Shape, type Task } from './task.js';

/** The predictions of both files of rows. */
type Answers = Readonly<Record<RowsName, Float64Array>>;

interface Answered extends Answers {
  readonly rival: RivalProcess;
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
    const measured = answered.map((answer, k): Measured => {
      const { name, title, versions, note } = answer.rival;
      return { name, title, versions, note, ...timings[k], ...exactnessOf(answer, expected) };
    });
    return [...measured, ...answers.filter((answer) => 'problem' in answer)];
  } finally {
    for (const { rival } of answered) rival.stop();
  }
}

/** How right an answer is on both files of rows. */
export function exactnessOf(answer: Answers, expected: Answers): Exactness {
  const rows = accuracyOf(answer.rows, expected.rows);
  const edges = accuracyOf(answer.edges, expected.edges);
  return { equal: rows.equal, equalEdges: edges.equal, worst: Math.max(rows.worst, edges.worst) };
}

/** Compares a batch of ours with scikit-learn's, on a model of a given shape. */
export async function compareShape(shape: Shape, task: Task, repetitions: number, core: number): Promise<ShapeResult> {
  const answers = await answersOf([oracle, ours], task, core);
  const rivals = answers.filter((answer) => 'rival' in answer).map(({ rival }) => rival);
  try {
    const { equal, equalEdges } = exactnessOf(answerNamed(ours, answers), answerNamed(oracle, answers));
    const [sklearn, own] = await timeBatchInTurn(rivals, task.nRows, repetitions);
    return { shape, rows: task.nRows, sklearn, ours: own, equal: Math.min(equal, equalEdges) };
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
