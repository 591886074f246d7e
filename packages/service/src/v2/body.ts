import type { FastifyInstance, FastifyRequest } from 'fastify';
import { expectUtf8, parseJson, refuseMediaType } from '../http/json.js';
import { Problem } from '../problem.js';
import { show } from '../rows/rows.js';

/** A body of the Open Inference Protocol. */
export interface Body {
  readonly json: unknown;
  /** What follows the JSON: the data of the tensors that come in binary. */
  readonly binary: Uint8Array;
}

/** Takes bodies of JSON, which binary tensors may follow; clients of Triton name no media type at all. */
export function acceptTensors(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (request: FastifyRequest, body, done) => {
    const [type] = (request.headers['content-type'] ?? 'application/json').split(';', 1);
    if (!/^application\/(json|octet-stream)\s*$/i.test(type)) throw refuseMediaType(request, 'application/json');
    expectUtf8(request);
    done(null, splitBody(body, request.headers['inference-header-content-length']));
  });
}

function splitBody(body: Buffer, header: string | string[] | undefined): Body {
  const length = header === undefined ? body.length : readLength(header, body.length);
  // no body is one that the index of the models allows
  const json = body.length === 0 ? undefined : parseJson(body.subarray(0, length));
  return { json, binary: body.subarray(length) };
}

function readLength(header: string | string[], highest: number): number {
  const length = typeof header === 'string' && /^\d{1,10}$/.test(header) ? Number(header) : Number.NaN;
  if (length <= highest) return length;
  const detail = `inference-header-content-length: expected a whole number to ${highest}, which is that of the body, got ${show(header)}`;
  throw new Problem('malformed_request', detail);
}
