import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Model, Predictor } from '@housing/model';
import { reasonOf } from '../reason.js';
import { readDocument } from './document.js';
import { readDocumentAside } from './document-aside.js';
import type { ModelFile } from './model-files.js';

/** A model that has verified, and what predicts with it. */
export interface ServedModel {
  readonly name: string;
  /** 1 for `NAME.json`. */
  readonly version: number;
  /** Of the bytes of its file, in hexadecimal digits. */
  readonly sha256: string;
  /** When it had verified, in milliseconds since 1970. */
  readonly loadedAt: number;
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
    return { name, version, sha256: digest(bytes), ...readDocument(bytes), loadedAt: Date.now() };
  } catch (error) {
    throw new Error(`${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * Reads a model from its file and verifies it, while requests are answered.
 *
 * @param old what serves of the file; returned where the file has not changed
 * @throws Error where it is no model; {@link reasonOf} says why
 */
export async function rereadModel({ name, version, path }: ModelFile, old?: ServedModel): Promise<ServedModel> {
  const bytes = await readFile(path);
  const sha256 = digest(bytes);
  return sha256 === old?.sha256
    ? old
    : { name, version, sha256, ...(await readDocumentAside(bytes)), loadedAt: Date.now() };
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
