/** A way in which a request can fail. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** When it happens, as whole sentences. */
  readonly when: string;
  /** What its client can do, as whole sentences. */
  readonly remedy: string;
}

const sendJson = 'Send JSON in UTF-8, of one of the shapes that the documents of the route show.';
const goElsewhere = 'Send the request again after the seconds that Retry-After says, or to another server.';

/** Every way in which a request can fail, by a code that stays. */
export const problems = {
  malformed_request: {
    status: 400,
    title: 'The request is not HTTP as it should be',
    when: 'The parser of HTTP refuses the request, its path is not percent-encoded as it should be, or a header is missing, wrong or there twice.',
    remedy: 'The detail names what is wrong. Compare with what a maintained HTTP client sends.',
  },
  malformed_json: {
    status: 400,
    title: 'The body is not JSON',
    when: 'The body does not parse as JSON in UTF-8. NaN and Infinity are no JSON.',
    remedy: sendJson,
  },
  malformed_csv: {
    status: 400,
    title: 'The body is not CSV',
    when: 'The body does not parse as CSV in UTF-8: a quote is not closed, or a record is longer than 1 MiB.',
    remedy: 'Send what DataFrame.to_csv() writes, with a header row.',
  },
  malformed_encoding: {
    status: 400,
    title: 'The body is not compressed as it says',
    when: 'The body does not come out of the coding that the header Content-Encoding names, or ends too soon.',
    remedy: 'Compress the whole body as the header says, or leave the header out.',
  },
  empty_body: {
    status: 400,
    title: 'The body is empty',
    when: 'The request has no body where one is needed.',
    remedy: sendJson,
  },
  wrong_type: {
    status: 400,
    title: 'A value is not of the expected type',
    when: 'A value of the body is of another type than its place asks for: null, a text or true where a number belongs, say. Nothing is coerced.',
    remedy:
      'The pointer says where, the detail what was expected. Missing values are to be filled in before they are sent.',
  },
  wrong_length: {
    status: 400,
    title: 'A row is not of the expected length',
    when: 'A row, a column or a tensor has more or fewer elements than the others, the features or its shape.',
    remedy: 'The pointer says where, the detail how many were expected.',
  },
  wrong_labels: {
    status: 400,
    title: 'A column has not the row labels of the others',
    when: 'The columns come by row label, and one has not the labels of the first.',
    remedy: 'Give every column the same row labels, in any order.',
  },
  missing_feature: {
    status: 400,
    title: 'A feature is missing',
    when: 'The rows lack a feature of the model.',
    remedy: 'Send every feature that GET /models lists of the model. None has a default.',
  },
  unknown_feature: {
    status: 400,
    title: 'A feature is unknown',
    when: 'The rows have a feature that the model does not know.',
    remedy: 'Leave it out, or spell it as GET /models does.',
  },
  unknown_key: {
    status: 400,
    title: 'A key is unknown',
    when: 'The body has a key beside those that its shape has.',
    remedy: 'Leave it out. The detail names the keys that are known.',
  },
  unknown_output: {
    status: 400,
    title: 'An output is unknown',
    when: 'An output is asked for that the model does not have.',
    remedy: 'Ask for the output "predict", or for none, which is the same.',
  },
  out_of_range: {
    status: 400,
    title: 'A value is outside what the model accepts',
    when: 'A number is one that scikit-learn would refuse too: scaled, it is not finite as a float32.',
    remedy: 'The pointer says where, the detail from where to where the feature goes. Look for a wrong unit.',
  },
  conflicting_credentials: {
    status: 400,
    title: 'The request carries two different credentials',
    when: 'Authorization and X-API-Key are both there, and differ.',
    remedy: 'Send one of them.',
  },
  credentials_required: {
    status: 401,
    title: 'The request needs credentials',
    when: 'The route is not for everybody, and the request does not say whose it is.',
    remedy:
      'Send a key or a token as Authorization: Bearer, or a key as X-API-Key. Whoever runs the service hands them out.',
  },
  invalid_credentials: {
    status: 401,
    title: 'The credentials are not accepted',
    when: 'The key or token is none of this service, or has expired.',
    remedy: 'The detail says which. Ask whoever runs the service for a new one.',
  },
  insufficient_scope: {
    status: 403,
    title: 'The credentials do not allow this',
    when: 'The key or token is known, but not for what the route does.',
    remedy: 'The detail names the scope that is missing. Ask whoever runs the service for it.',
  },
  admin_required: {
    status: 403,
    title: 'The request needs an administrator',
    when: 'Models are loaded and unloaded by administrators alone, and this service has none.',
    remedy: 'Ask whoever runs the service, who can have it tell its clients apart.',
  },
  unknown_route: {
    status: 404,
    title: 'There is nothing at this address',
    when: 'The path is none that the service has.',
    remedy: 'Compare the path with those that GET /docs lists.',
  },
  unknown_model: {
    status: 404,
    title: 'There is no model of this name',
    when: 'The path names a model that is not there.',
    remedy: 'The detail names those that are, where a scope is needed; GET /models describes them.',
  },
  unknown_version: {
    status: 404,
    title: 'There is no such version of the model',
    when: 'The path names a version that the model does not have.',
    remedy:
      'The detail names those that it has, where a scope is needed. Without a version the highest that serves is asked.',
  },
  method_not_allowed: {
    status: 405,
    title: 'The method does not fit the address',
    when: 'The path is known, but not with this method.',
    remedy: 'Use one that the header Allow names.',
  },
  request_timeout: {
    status: 408,
    title: 'The request took too long to arrive',
    when: 'The whole request had not arrived after a minute.',
    remedy: 'Send fewer rows at a time, or over a faster connection.',
  },
  too_many_rows: {
    status: 413,
    title: 'The request has too many rows',
    when: 'The request has more rows than the service takes at a time.',
    remedy: 'Send the rows in several requests. The detail says how many are taken.',
  },
  too_many_bytes: {
    status: 413,
    title: 'The body is too large',
    when: 'The body is longer than the service takes.',
    remedy: 'Send the rows in several requests. The detail says how many bytes are taken.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The body is of a type that is not read here',
    when: 'The body is of a media type or a charset that the route does not read.',
    remedy: 'Send what the detail names, in UTF-8, and say so in the header Content-Type.',
  },
  unsupported_encoding: {
    status: 415,
    title: 'The body is compressed in a way that is not read here',
    when: 'The header Content-Encoding names another coding than gzip and deflate.',
    remedy: 'Compress with gzip, or not at all.',
  },
  expectation_failed: {
    status: 417,
    title: 'The request expects what the service does not do',
    when: 'The header Expect asks for something else than 100-continue.',
    remedy: 'Leave the header out.',
  },
  rate_limited: {
    status: 429,
    title: 'The client has sent too many requests',
    when: 'The client has sent more requests in a minute than it may, or has failed to authenticate as often.',
    remedy: 'Send the next after the seconds that Retry-After says, and send many rows in one request.',
  },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large',
    when: 'Path and headers together are longer than 16 KiB.',
    remedy: 'Look for cookies or tokens that are not meant for this service.',
  },
  client_gone: {
    status: 499,
    title: 'The client has hung up',
    when: 'The client hung up before its body was complete, or while many rows were predicted, which then stops. It stands in the log alone.',
    remedy: 'Wait longer, or send fewer rows at a time.',
  },
  internal_error: {
    status: 500,
    title: 'The service failed',
    when: 'The service has a fault. What went wrong is in its log, by the request id.',
    remedy: 'Tell whoever runs the service the request id.',
  },
  overloaded: {
    status: 503,
    title: 'The service has too much in flight',
    when: 'As many requests, or as many bytes of their bodies, are in flight as the service takes.',
    remedy: goElsewhere,
  },
  not_ready: {
    status: 503,
    title: 'The service is not ready',
    when: 'A model has not verified yet.',
    remedy: goElsewhere,
  },
  load_failed: {
    status: 503,
    title: 'The model could not be loaded',
    when: 'The file of the model is not there or does not parse, its golden rows come out otherwise, or the folder of models is at fault. What served before still serves.',
    remedy: 'The detail says why. Put the right file there, and load it again.',
  },
  model_unavailable: {
    status: 503,
    title: 'The model does not serve',
    when: 'The model is known but does not serve: it was unloaded, or its file is no model.',
    remedy: 'The detail says why, where a scope is needed. Ask another version, or wait until it is loaded.',
  },
  issuer_unavailable: {
    status: 503,
    title: 'The issuer of tokens does not answer',
    when: 'The token names a key that is not known, and the keys of its issuer cannot be fetched.',
    remedy: 'Send the request again after the seconds that Retry-After says. The log of the service tells why.',
  },
  closing: {
    status: 503,
    title: 'The service is closing',
    when: 'The service has got a signal to stop.',
    remedy: goElsewhere,
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problems;

/** All codes. */
export const problemCodes: readonly string[] = Object.keys(problems);
