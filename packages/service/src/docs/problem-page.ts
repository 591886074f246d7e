import { escapeHtml } from '../html.js';
import { type ProblemKind, problems } from '../problems.js';
import { code, layOut } from './layout.js';

/** The page of a problem; none for a code that is unknown. */
export function renderProblem(name: string): string | undefined {
  const problem = new Map<string, ProblemKind>(Object.entries(problems)).get(name);
  if (problem === undefined) return undefined;
  const { status, title, when, remedy } = problem;
  return layOut(
    name,
    `<p><a href="../../docs">all of the service</a>
<h1>${escapeHtml(title)}</h1>
<p>${code(name)}, status ${status}
<h2>When</h2>
<p>${escapeHtml(when)}
<h2>What to do</h2>
<p>${escapeHtml(remedy)}`,
  );
}
