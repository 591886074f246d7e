import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Answer, Request } from './http.js';

/** How long an answer may take, in milliseconds: the service gives a request a minute, and looks every half. */
export const LONGEST_WAIT = 100_000;

/** Opens a connection, which the service may end as it likes. */
export async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** The headers of a request, as they are sent. */
export function headOf({ method, path, headers, body }: Request, key: string): Buffer {
  const common = { host: 'soak', authorization: `Bearer ${key}`, 'content-length': body.length };
  const lines = Object.entries({ ...common, ...headers }).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`${[`${method} ${path} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`);
}

/** A request, as it is sent. */
export function bytesOf(request: Request, key: string): Buffer {
  return Buffer.concat([headOf(request, key), request.body]);
}

/** Reads answers from a connection, and ends it: as many as asked for, or fewer where it ends before or takes too long. */
export async function readAnswers(socket: Socket, n: number): Promise<Answer[]> {
  const answers: Answer[] = [];
  let received = Buffer.alloc(0);
  const giveUp = setTimeout(() => socket.destroy(), LONGEST_WAIT);
  try {
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk]);
      for (let next = cut(received); next !== undefined; next = cut(received)) {
        // the word to go on is no answer
        if (next.answer.status !== 100) answers.push(next.answer);
        received = next.rest;
      }
      if (answers.length >= n) break;
    }
  } catch {
    // an end by force is an end
  } finally {
    clearTimeout(giveUp);
    socket.destroy();
  }
  return answers;
}

/** The first answer of what has come, once it is whole, and the rest. */
function cut(received: Buffer): { answer: Answer; rest: Buffer<ArrayBuffer> } | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const [first, ...lines] = received.toString('latin1', 0, headEnd).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => line.split(': ', 2)).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const end = headEnd + 4 + Number(headers['content-length'] ?? 0);
  if (received.length < end) return undefined;
  const answer = { status: Number(first.split(' ')[1]), headers, body: received.subarray(headEnd + 4, end) };
  return { answer, rest: Buffer.from(received.subarray(end)) };
}
