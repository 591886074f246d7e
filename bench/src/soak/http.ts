import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** A request, whole. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends a request. */
export type Send = (request: Request) => Promise<Answer>;

/** Sends requests over connections that are kept, with a key. */
export function createSender(port: number, key: string): { send: Send; close: () => void } {
  const agent = new Agent({ keepAlive: true });
  const common = { authorization: `Bearer ${key}` };

  function send({ method, path, headers, body }: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const length = body.length > 0 ? { 'content-length': String(body.length) } : {};
      const options = { agent, host: '127.0.0.1', port, method, path, headers: { ...common, ...headers, ...length } };
      const sent = request(options, (response) => {
        const { statusCode: status = 0, headers } = response;
        buffer(response).then((body) => resolve({ status, headers, body }), reject);
      });
      sent.on('error', reject).end(body);
    });
  }

  return { send, close: () => agent.destroy() };
}

/** A request without a body. */
export function bare(method: string, path: string, headers: Record<string, string> = {}): Request {
  return { method, path, headers, body: Buffer.alloc(0) };
}

/** A request of JSON. */
export function json(path: string, body: unknown, headers: Record<string, string> = {}): Request {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { method: 'POST', path, headers: { 'content-type': 'application/json', ...headers }, body: Buffer.from(text) };
}

/** The code of a problem, where an answer is one. */
export function codeOf({ headers, body }: Answer): string {
  if (!headers['content-type']?.startsWith('application/problem+json')) return 'no problem document';
  return String(JSON.parse(body.toString()).code);
}
