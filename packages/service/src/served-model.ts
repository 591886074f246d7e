import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createPredictor, type Model, type Predictor, parseModel, verify } from '@housing/model';
import type { ModelFile } from './model-files.js';

/** A model that has verified, and what predicts with it. */
export interface ServedModel {
  readonly name: string;
  /** 1 for `NAME.json`. */
  readonly version: number;
  /** Of the bytes of its file, in hexadecimal digits. */
  readonly sha256: string;
  readonly model: Model;
  readonly predictor: Predictor;
}

/**
 * Reads a model from its file and verifies it.
 *
 * @throws Error with file and reason where it is no model
 */
export function readModel({ name, version, path }: ModelFile): ServedModel {
  try {
    const bytes = readFileSync(path);
    const model = parseModel(JSON.parse(bytes.toString('utf8')));
    const predictor = createPredictor(model);
    verify(model, predictor);
    return { name, version, sha256: createHash('sha256').update(bytes).digest('hex'), model, predictor };
  } catch (error) {
    // V8 quotes the file in its message, with its line breaks
    const reason = String(error instanceof Error ? error.message : error).replace(/\s+/g, ' ');
    throw new Error(`${path}: ${reason}`, { cause: error });
  }
}
