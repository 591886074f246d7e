import { gzipSync } from 'node:zlib';
import type { Expectation } from './ask.js';
import { bare, json, type Request } from './http.js';
import { limits } from './limits.js';

/** Bad requests of every kind, and some that cost nothing, with the status that each must have. */
export function makeRefusals(names: readonly string[], strangerKey: string): Expectation[] {
  const row = Object.fromEntries(names.map((name) => [name, 1]));
  const tensor = { name: 'rows', shape: [1, names.length], datatype: 'FP64', data: names.map(() => 1) };
  const stranger = { authorization: `Bearer ${strangerKey}` };
  const csv = (text: string): Request => ({ ...json('/invocations', text), headers: { 'content-type': 'text/csv' } });
  const gzip = { 'content-encoding': 'gzip' };
  const infer = '/v2/models/housing/infer';
  const table: Record<string, [number, Request]> = {
    'malformed JSON': [400, json('/predict', '{"RM":')],
    nothing: [400, json('/predict', '')],
    'a null': [400, json('/predict', [{ ...row, [names[0]]: null }])],
    'a number out of range': [400, json('/predict', [{ ...row, [names[0]]: 1e300 }])],
    'a missing feature': [400, json('/predict', [{ [names[0]]: 1 }])],
    'an unknown feature': [400, json('/predict', [{ ...row, unknown: 1 }])],
    'ragged labels': [400, json('/predict', Object.fromEntries(names.map((name, f) => [name, { [f]: 1 }])))],
    'malformed CSV': [400, csv(`${names.join(',')}\n1,"`)],
    'NaN in CSV': [400, csv(`${names.join(',')}\n${names.map(() => 'NaN').join(',')}`)],
    'two kinds of invocation': [400, json('/invocations', { inputs: [], instances: [] })],
    'no instances': [400, json('/v1/models/housing:predict', {})],
    'a tensor that is too short': [400, json(infer, { inputs: [{ ...tensor, shape: [2, names.length] }] })],
    'an unknown datatype': [400, json(infer, { inputs: [{ ...tensor, datatype: 'BYTES' }] })],
    'a lying tensor': [400, json(infer, { inputs: [{ ...tensor, shape: [2 ** 40, names.length] }] })],
    'a binary tensor that is not there': [
      400,
      json(infer, { inputs: [{ ...tensor, data: undefined, parameters: { binary_data_size: 8 } }] }),
    ],
    'too many rows': [413, json('/v1/models/housing:predict', { instances: Array(limits.maxRows + 1).fill([1]) })],
    'too many bytes': [413, json('/predict', ' '.repeat(limits.maxBytes + 1))],
    'a bomb': [413, { ...json('/predict', '', gzip), body: gzipSync(Buffer.alloc(10 * limits.maxBytes, ' ')) }],
    'half a gzip': [400, { ...json('/predict', '', gzip), body: gzipSync(JSON.stringify([row])).subarray(0, -9) }],
    'another media type': [415, json('/predict', 'RM=1', { 'content-type': 'application/x-www-form-urlencoded' })],
    'an unknown route': [404, bare('GET', '/nowhere')],
    'an unknown model': [404, json('/models/unknown/predict', [row])],
    'an unknown version': [404, json('/v2/models/housing/versions/99/infer', { inputs: [tensor] })],
    'another method': [405, bare('DELETE', '/predict')],
    'a path that is none': [400, bare('GET', '/models/%zz')],
    'no key': [401, json('/predict', [row], { authorization: '' })],
    'a wrong key': [401, json('/predict', [row], stranger)],
    'an act of an administrator': [403, json('/v2/repository/models/second/unload', {})],
    liveness: [200, bare('GET', '/health/live')],
    readiness: [200, bare('GET', '/health/ready')],
    metadata: [200, bare('GET', '/v2/models/housing')],
    metrics: [200, bare('GET', '/metrics')],
    'the index': [200, json('/v2/repository/index', {})],
  };
  return Object.entries(table).map(([kind, [status, request]]) => ({ kind: `${kind} (${status})`, status, request }));
}
