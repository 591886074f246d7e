import { type ProblemCode, problemCodes } from '../problems.js';

/** How many requests have been refused or have failed, by the code of their problem. */
export type ProblemCounts = Map<string, number>;

/** Counts every code from 0: a rate sees an increase, not the first of a kind. */
export function createProblemCounts(): ProblemCounts {
  return new Map(problemCodes.map((code) => [code, 0]));
}

/** Counts one more. */
export function countProblem(counts: ProblemCounts, code: ProblemCode): void {
  counts.set(code, (counts.get(code) ?? 0) + 1);
}
