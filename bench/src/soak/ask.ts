import { type Answer, codeOf, type Request, type Send } from './http.js';
import type { Question } from './questions.js';
import type { Tally } from './tally.js';

/** Asks one question: the answer is right, or one of the refusals that are no fault. */
export async function ask(send: Send, question: Question, tally: Tally): Promise<void> {
  const { kind, request } = question;
  try {
    const answer = await send(request);
    if (answer.status === 200) judge(question, answer, tally);
    else refuse(question, answer, tally);
  } catch (error) {
    tally.violate(kind, String(error));
  }
}

function judge({ kind, faultOf }: Question, answer: Answer, tally: Tally): void {
  const fault = faultOf(answer);
  if (fault === undefined) tally.count(kind, 'right');
  else tally.violate(kind, fault);
}

function refuse({ kind, refusals }: Question, answer: Answer, tally: Tally): void {
  const code = codeOf(answer);
  const isTemporary = answer.status !== 503 || answer.headers['retry-after'] !== undefined;
  if (refusals.includes(code) && isTemporary) tally.count(kind, code);
  else tally.violate(kind, `expected 200, got ${answer.status} ${code}`);
}

/** A request that is to be refused, or to be answered in one way. */
export interface Expectation {
  readonly kind: string;
  readonly request: Request;
  readonly status: number;
}

/** Sends a request and expects a status; that the service is overloaded comes before any other. */
export async function expectStatus(
  send: Send,
  { kind, request, status }: Expectation,
  tally: Tally,
): Promise<Answer | undefined> {
  try {
    const answer = await send(request);
    if (answer.status === status) tally.count(kind, String(status));
    else if (answer.status === 503 && codeOf(answer) === 'overloaded') tally.count(kind, 'overloaded');
    else tally.violate(kind, `expected ${status}, got ${answer.status} ${codeOf(answer)}`);
    return answer;
  } catch (error) {
    tally.violate(kind, String(error));
    return undefined;
  }
}
