import { gunzipSync, gzipSync } from 'node:zlib';
import { type Batch, makeBatches } from './batches.js';
import { type Dialect, dialects } from './dialects.js';
import type { Answer, Request } from './http.js';
import { limits } from './limits.js';
import type { Version } from './models.js';

/** A request for predictions, and how to tell whether an answer is right. */
export interface Question {
  readonly kind: string;
  readonly request: Request;
  /** The codes of problems that are no fault, such as that of a version rolled back. */
  readonly refusals: readonly string[];
  /** What is wrong with an answer of status 200; nothing where it is right. */
  readonly faultOf: (answer: Answer) => string | undefined;
}

/** Questions of one row or a few, of many rows, and of a model that is not always there. */
export interface Questions {
  readonly few: readonly Question[];
  readonly many: readonly Question[];
  readonly ofSecond: readonly Question[];
}

/** Writes questions in every dialect, of a model, of each of its versions alone, and of a second model. */
export function writeQuestions(versions: readonly Version[], second: Version): Questions {
  const all = [...versions, second];
  const few = makeBatches(all, [...Array(30).fill(1), 2, 7, 50]);
  const many = makeBatches(all, [limits.maxRows]);
  const [{ name }] = versions;
  const served: Subject = { model: name, refusals: ['overloaded'] };
  // each may not yet be there, or no more
  const refusals = ['overloaded', 'unknown_version', 'model_unavailable'];
  const rolled = versions.map(({ version }) => ({ model: name, version, refusals }));
  return {
    few: [served, ...rolled].flatMap((subject) => makeQuestions(subject, few, all, name)),
    many: makeQuestions(served, many, all, name),
    ofSecond: makeQuestions({ model: second.name, refusals: ['overloaded', 'model_unavailable'] }, few, all, name),
  };
}

/** What is asked, of which model and maybe of which version alone. */
interface Subject {
  readonly model: string;
  readonly version?: number;
  readonly refusals: readonly string[];
}

/** Writes every batch in every dialect that asks such a subject. */
function makeQuestions(
  subject: Subject,
  batches: readonly Batch[],
  versions: readonly Version[],
  defaultModel: string,
): Question[] {
  const { model, version } = subject;
  const isDefault = model === defaultModel && version === undefined;
  const spoken = dialects.filter(({ asks }) => asks === 'version' || isDefault);
  return batches.flatMap((batch) => spoken.map((dialect) => makeQuestion(subject, batch, dialect, versions)));
}

function makeQuestion(
  { model, version, refusals }: Subject,
  batch: Batch,
  dialect: Dialect,
  versions: readonly Version[],
): Question {
  const text = Buffer.from(dialect.write(versions[0].model.featureNames, batch.rows));
  const binary = dialect.binary?.(batch.rows);
  const body = binary === undefined ? text : Buffer.concat([text, new Uint8Array(binary.buffer)]);
  const candidates = versions.filter((one) => one.name === model && (version ?? one.version) === one.version);
  return {
    kind: `${dialect.name}, ${describeSize(batch.rows.length)}`,
    request: {
      method: 'POST',
      path: dialect.path(model, version === undefined ? '' : `/versions/${version}`),
      headers: {
        ...(dialect.type === undefined ? {} : { 'content-type': dialect.type }),
        ...(binary === undefined ? {} : { 'inference-header-content-length': String(text.length) }),
        ...(dialect.isCompressed ? { 'content-encoding': 'gzip', 'accept-encoding': 'gzip' } : {}),
      },
      body: dialect.isCompressed ? gzipSync(body) : body,
    },
    refusals,
    faultOf: (answer) => faultOf(answer, batch, dialect, candidates),
  };
}

function describeSize(nRows: number): string {
  if (nRows === 1) return 'one row';
  return nRows < limits.maxRows ? 'some rows' : `${nRows} rows`;
}

function faultOf(answer: Answer, batch: Batch, dialect: Dialect, candidates: readonly Version[]): string | undefined {
  const { headers, body } = answer;
  const named = `${headers['x-model-name']} ${headers['x-model-version']} ${headers['x-model-sha256']}`;
  const version = candidates.find(({ name, version, sha256 }) => `${name} ${version} ${sha256}` === named);
  const expected = version && batch.expected.get(version.sha256);
  if (expected === undefined) return `expected a version that was asked for, got ${named}`;
  const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  const got = dialect.read(plain, Number(headers['inference-header-content-length']));
  if (!Array.isArray(got) || got.length !== expected.length) return `expected ${expected.length} predictions`;
  const r = expected.findIndex((prediction, r) => prediction !== got[r]);
  return r === -1 ? undefined : `row ${r}: expected ${expected[r]} of ${named}, got ${got[r]}`;
}
