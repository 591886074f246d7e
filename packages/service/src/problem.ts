import { type ProblemCode, problems } from './problems.js';

/** A problem document of RFC 9457. */
export interface ProblemDocument {
  /** The address of the page that explains the code. */
  readonly type: `/docs/problems/${ProblemCode}`;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  /** Where in the body, as a JSON pointer, for a fault of the body. */
  readonly pointer?: string;
  /** By which the log tells of it. */
  readonly requestId: string;
}

/** A request refused, with all that its client is told. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly status: number;
  readonly pointer: string | undefined;

  /** @param detail for a fault of the body: expected what, got what; the pointer is put before it */
  constructor(code: ProblemCode, detail: string, pointer?: string) {
    // a key of the body may be as long as the body
    const where = pointer === undefined ? undefined : shorten(pointer, 1000);
    super(where === undefined ? detail : `${where || 'body'}: ${detail}`);
    this.code = code;
    this.status = problems[code].status;
    this.pointer = where;
  }

  /** The document that says so. */
  toDocument(requestId: string): ProblemDocument {
    const { code, status, message: detail, pointer } = this;
    return {
      type: `/docs/problems/${code}`,
      title: problems[code].title,
      status,
      detail,
      code,
      ...(pointer === undefined ? {} : { pointer }),
      requestId,
    };
  }
}

/** Work that nobody waits for any more. */
export function clientGone(): Problem {
  return new Problem('client_gone', 'expected a client for the answer, got a closed connection');
}

/** A path that is none of the service. */
export function unknownRoute({ url }: { readonly url: string }): Problem {
  return new Problem('unknown_route', `expected a known path, got ${shorten(url)}`);
}

/** Writes keys and indices as a JSON pointer (RFC 6901). */
export function pointerTo(...keys: (string | number)[]): string {
  return keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Cuts off what a message would not be read for. */
export function shorten(text: string, most = 100): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
