import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { answer, type Question } from '../answer.js';
import { documented } from '../docs/route-docs.js';
import type { Models } from '../models/models.js';
import type { ServedModel } from '../models/served-model.js';
import { Problem } from '../problem.js';
import { expectObject, type Fields, show } from '../rows/rows.js';
import type { Body } from './body.js';
import { OUTPUT, wantsBinary } from './outputs.js';
import { InferenceResponse } from './schemas.js';
import { readTensorRows } from './tensor-rows.js';
import { readTensors } from './tensors.js';

export interface InferOptions {
  readonly models: Models;
  readonly maxRows: number;
}

interface InferRoute {
  Params: { name: string; version?: string };
  Body: Body | undefined;
}

/** `POST /v2/models/NAME[/versions/VERSION]/infer`: tensors in, the tensor of the predictions out. */
export const infer: FastifyPluginAsync<InferOptions> = async (app, { models, maxRows }) => {
  const docs = documented('Open Inference Protocol', 'asks a model', {
    body: 'inference',
    answers: { 'application/octet-stream': {} },
  });
  for (const model of ['/v2/models/:name', '/v2/models/:name/versions/:version'])
    app.post<InferRoute>(
      `${model}/infer`,
      { config: { scope: 'predict', ...docs }, schema: { response: { 200: InferenceResponse } } },
      (request, reply) => {
        const { name, version } = request.params;
        const served = models.find(name, version);
        return answer(request, reply, served, () => readRequest(request, reply, served));
      },
    );

  function readRequest(
    request: FastifyRequest<InferRoute>,
    reply: FastifyReply,
    served: ServedModel,
  ): Question<object> {
    const { json, binary } = request.body ?? { json: undefined, binary: new Uint8Array() };
    const fields = expectObject(json);
    const head = {
      model_name: served.name,
      model_version: String(served.version),
      id: readId(fields) ?? request.id,
    };
    const write = wantsBinary(fields) ? writeBinary : writeJson;
    const rows = readTensorRows(readTensors(fields.inputs, binary), { predictor: served.predictor, maxRows });
    return { rows, write: (prediction) => write(head, prediction, reply) };
  }
};

function readId({ id }: Fields): string | undefined {
  if (id === undefined || id === null) return undefined;
  if (typeof id === 'string') return id;
  throw new Problem('wrong_type', `expected a string, got ${show(id)}`, '/id');
}

function writeJson(head: object, prediction: number[]): object {
  return { ...head, outputs: [{ ...OUTPUT, shape: [prediction.length], data: prediction }] };
}

function writeBinary(head: object, prediction: number[], reply: FastifyReply): Buffer {
  const data = new DataView(new ArrayBuffer(prediction.length * 8));
  for (let r = 0; r < prediction.length; r++) data.setFloat64(r * 8, prediction[r], true);
  const parameters = { binary_data_size: data.byteLength };
  const json = JSON.stringify({ ...head, outputs: [{ ...OUTPUT, shape: [prediction.length], parameters }] });
  reply.type('application/octet-stream').header('inference-header-content-length', Buffer.byteLength(json));
  return Buffer.concat([Buffer.from(json), Buffer.from(data.buffer)]);
}
