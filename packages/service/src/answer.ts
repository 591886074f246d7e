import type { FastifyReply, FastifyRequest } from 'fastify';
import { logPrediction, logsPredictions } from './log.js';
import type { ServedModel } from './models/served-model.js';
import { predictRows } from './predict-rows.js';
import { nameModel } from './provenance.js';
import type { Rows } from './rows/rows.js';

/** What a request asks: its rows, and how its dialect writes one prediction a row. */
export interface Question<Answer> {
  readonly rows: Rows;
  write(prediction: number[]): Answer;
}

/**
 * Answers a request in any dialect, and tells the log of it.
 *
 * @param read reads the request, once the log and the client know which model is asked
 */
export function answer<Answer>(
  request: Pick<FastifyRequest, 'asked' | 'predicted' | 'log' | 'body' | 'raw'>,
  reply: Pick<FastifyReply, 'header'>,
  served: ServedModel,
  read: () => Question<Answer>,
): Answer | Promise<Answer> {
  const { name, version, predictor } = served;
  nameModel(request, reply, served);
  const question = read();
  const prediction = predictRows(served, question.rows, request.raw.socket);
  // no promise for a few rows
  return Array.isArray(prediction) ? finish(prediction) : prediction.then(finish);

  function finish(prediction: number[]): Answer {
    request.asked = { model: name, version, rows: prediction.length };
    request.predicted = { served, rows: question.rows.values };
    if (logsPredictions(request.log)) {
      const rows = question.rows.values;
      logPrediction(request.log, predictor, { body: request.body, rows, prediction });
    }
    return question.write(prediction);
  }
}
