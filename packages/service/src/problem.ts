/** Every way in which a request can fail: its status and its title, by a code that stays. */
const problems = {
  malformed_request: [400, 'The request is not HTTP as it should be'],
  malformed_json: [400, 'The body is not JSON'],
  malformed_csv: [400, 'The body is not CSV'],
  malformed_encoding: [400, 'The body is not compressed as it says'],
  empty_body: [400, 'The body is empty'],
  wrong_type: [400, 'A value is not of the expected type'],
  wrong_length: [400, 'A row is not of the expected length'],
  wrong_labels: [400, 'A column has not the row labels of the others'],
  missing_feature: [400, 'A feature is missing'],
  unknown_feature: [400, 'A feature is unknown'],
  unknown_key: [400, 'A key is unknown'],
  unknown_output: [400, 'An output is unknown'],
  out_of_range: [400, 'A value is outside what the model accepts'],
  conflicting_credentials: [400, 'The request carries two different credentials'],
  credentials_required: [401, 'The request needs credentials'],
  invalid_credentials: [401, 'The credentials are not accepted'],
  insufficient_scope: [403, 'The credentials do not allow this'],
  admin_required: [403, 'The request needs an administrator'],
  unknown_route: [404, 'There is nothing at this address'],
  unknown_model: [404, 'There is no model of this name'],
  unknown_version: [404, 'There is no such version of the model'],
  method_not_allowed: [405, 'The method does not fit the address'],
  request_timeout: [408, 'The request took too long to arrive'],
  too_many_rows: [413, 'The request has too many rows'],
  too_many_bytes: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The body is of a type that is not read here'],
  unsupported_encoding: [415, 'The body is compressed in a way that is not read here'],
  expectation_failed: [417, 'The request expects what the service does not do'],
  rate_limited: [429, 'The client has sent too many requests'],
  headers_too_large: [431, 'The headers are too large'],
  client_gone: [499, 'The client has hung up'],
  internal_error: [500, 'The service failed'],
  overloaded: [503, 'The service has too much in flight'],
  not_ready: [503, 'The service is not ready'],
  load_failed: [503, 'The model could not be loaded'],
  model_unavailable: [503, 'The model does not serve'],
  closing: [503, 'The service is closing'],
} as const;

export type ProblemCode = keyof typeof problems;

/** All codes. */
export const problemCodes: readonly string[] = Object.keys(problems);

/** A problem document of RFC 9457. */
export interface ProblemDocument {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  /** Where in the body, as a JSON pointer, for a fault of the body. */
  readonly pointer?: string;
  readonly requestId?: string;
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
    this.status = problems[code][0];
    this.pointer = where;
  }

  /** The document that says so. */
  toDocument(requestId?: string): ProblemDocument {
    const { code, status, message: detail, pointer } = this;
    return {
      type: 'about:blank',
      title: problems[code][1],
      status,
      detail,
      code,
      ...(pointer === undefined ? {} : { pointer }),
      ...(requestId === undefined ? {} : { requestId }),
    };
  }
}

/** Writes keys and indices as a JSON pointer (RFC 6901). */
export function pointerTo(...keys: (string | number)[]): string {
  return keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Cuts off what a message would not be read for. */
export function shorten(text: string, most = 100): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
