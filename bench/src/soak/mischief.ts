import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from './http.js';
import type { Question } from './questions.js';
import { bytesOf, headOf, open, readAnswers } from './raw.js';
import type { Tally } from './tally.js';

/** Whom to trouble, with which key, and where to note what comes of it. */
export interface Trouble {
  readonly port: number;
  readonly key: string;
  readonly tally: Tally;
}

/** What a flood is counted as. */
export const FLOOD = 'a flood';

type Act = (trouble: Trouble, question: Question) => Promise<void>;

/** What clients do that is slow or odd, and what must come of it all the same. */
export const odd: Readonly<Record<string, Act>> = {
  async pipelined({ port, key, tally }, question) {
    const socket = await open(port);
    socket.write(Buffer.concat(Array(5).fill(bytesOf(question.request, key))));
    await expectRight('five requests in one go', socket, Array(5).fill(question), tally);
  },
  async slow({ port, key, tally }, question) {
    const socket = await open(port);
    const bytes = bytesOf(question.request, key);
    for (let k = 0; k < 20; k++) {
      socket.write(bytes.subarray((k * bytes.length) / 20, ((k + 1) * bytes.length) / 20));
      await sleep(100);
    }
    await expectRight('two seconds for a request', socket, [question], tally);
  },
  noHttp: (trouble) => expectStatus(trouble, 'no HTTP', '\x16\x03\x01 hello\r\n\r\n', 400),
  longHead: (trouble) =>
    expectStatus(trouble, 'long headers', `GET / HTTP/1.1\r\nx: ${'x'.repeat(2 ** 17)}\r\n\r\n`, 431),
  expectation(trouble, { request }) {
    const headers = { ...request.headers, expect: 'the-impossible' };
    return expectStatus(trouble, 'another expectation', bytesOf({ ...request, headers }, trouble.key), 417);
  },
};

/** How clients leave before they have an answer. */
export const leaving: Readonly<Record<string, Act>> = {
  silent: (trouble) => leave(trouble, 'gone without a request', Buffer.alloc(0), 200),
  halfHead: (trouble, { request }) =>
    leave(trouble, 'gone within the headers', headOf(request, trouble.key).subarray(0, 40), 50),
  halfBody: (trouble, { request }) =>
    leave(trouble, 'gone within a body', bytesOf(request, trouble.key).subarray(0, -10), 50),
};

/** Sends a request and leaves while it is read or answered. */
export function hangUp(trouble: Trouble, { request }: Question): Promise<void> {
  return leave(trouble, 'gone before the answer', bytesOf(request, trouble.key), 30);
}

/** Sends half of a body and waits until the service gives up. */
export function hang(trouble: Trouble, { request }: Question): Promise<void> {
  return expectStatus(trouble, 'half of a body, and no more', bytesOf(request, trouble.key).subarray(0, -10), 408);
}

/** Holds requests open, more than the service takes at once, until each has been let in or refused, and then sends their bodies. */
export async function flood({ port, key, tally }: Trouble, questions: readonly Question[]): Promise<void> {
  const sockets = await Promise.all(questions.map(() => open(port)));
  questions.forEach(({ request }, k) => {
    const headers = { ...request.headers, expect: '100-continue' };
    sockets[k].write(headOf({ ...request, headers }, key));
  });
  await Promise.all(sockets.map((socket) => once(socket, 'readable')));
  questions.forEach(({ request }, k) => void sockets[k].write(request.body));
  await Promise.all(questions.map((question, k) => expectRight(FLOOD, sockets[k], [question], tally)));
}

async function leave({ port, tally }: Trouble, kind: string, bytes: Buffer, after: number): Promise<void> {
  const socket = await open(port);
  socket.write(bytes);
  await sleep(after);
  socket.destroy();
  tally.count(kind, 'left');
}

async function expectStatus(
  { port, tally }: Trouble,
  kind: string,
  bytes: Buffer | string,
  status: number,
): Promise<void> {
  const socket = await open(port);
  socket.write(bytes);
  const [answer] = await readAnswers(socket, 1);
  if (answer?.status === status) tally.count(`${kind} (${status})`, String(status));
  else tally.violate(kind, `expected ${status}, got ${answer?.status}`);
}

async function expectRight(kind: string, socket: Socket, questions: readonly Question[], tally: Tally): Promise<void> {
  const answers = await readAnswers(socket, questions.length);
  if (answers.length !== questions.length)
    return tally.violate(kind, `expected ${questions.length} answers, got ${answers.length}`);
  answers.forEach((answer, k) => {
    const code = answer.status === 200 ? '' : codeOf(answer);
    const fault = code === '' ? questions[k].faultOf(answer) : `expected 200, got ${answer.status} ${code}`;
    if (fault === undefined) tally.count(kind, 'right');
    else if (code === 'overloaded') tally.count(kind, code);
    else tally.violate(kind, fault);
  });
}
