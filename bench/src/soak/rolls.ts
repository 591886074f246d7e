import { setTimeout as sleep } from 'node:timers/promises';
import { expectStatus } from './ask.js';
import { json, type Request, type Send } from './http.js';
import { putFile, putHalf, removeFile, type Version } from './models.js';
import type { Question } from './questions.js';
import type { Service } from './server.js';
import type { Tally } from './tally.js';

/** For how long a version serves before the next takes its place, in milliseconds. */
const PAUSE = 700;
/** How long a reload may take on a busy machine, in milliseconds. */
const LONGEST_RELOAD = 30_000;

/** What is counted of a model that is rolled. */
export const ROLLS = ['rolled forward, SIGHUP', 'half a file, SIGHUP', 'rolled back, SIGHUP'] as const;

/** What is rolled, and how it is seen. */
export interface Rolling {
  /** The folder of the models. */
  readonly folder: string;
  readonly versions: readonly Version[];
  readonly service: Service;
  readonly send: Send;
  /** Its answer tells which version serves. */
  readonly question: Question;
  readonly tally: Tally;
  readonly isOver: () => boolean;
}

/** Rolls a model forward version by version and back again, with a file that fails in between, until the end. */
export async function keepRolling(rolling: Rolling): Promise<void> {
  const { folder, versions, tally, isOver } = rolling;
  const later = versions.slice(1);
  const [forward, half, back] = ROLLS;
  async function expectServing(version: number, kind: string): Promise<void> {
    if (isOver()) return;
    rolling.service.reload();
    const start = performance.now();
    while (Number((await rolling.send(rolling.question.request)).headers['x-model-version']) !== version) {
      if (performance.now() - start > LONGEST_RELOAD) return tally.violate(kind, `expected version ${version}`);
      await sleep(20);
    }
    tally.count(kind, 'serving');
    await sleep(PAUSE);
  }

  while (!isOver()) {
    for (const version of later) {
      putFile(folder, version);
      await expectServing(version.version, forward);
    }
    const [last] = later.slice(-1);
    const broken = { ...last, version: last.version + 1 };
    putHalf(folder, broken);
    await expectServing(last.version, half);
    removeFile(folder, broken);
    for (const version of [...later].reverse()) {
      removeFile(folder, version);
      await expectServing(version.version - 1, back);
    }
  }
}

/** Unloads a model and loads it again, as an administrator, until the end. */
export async function keepLoading(
  model: string,
  send: Send,
  predict: Request,
  tally: Tally,
  isOver: () => boolean,
): Promise<void> {
  const act = async (what: 'load' | 'unload', status: number) => {
    const request = json(`/v2/repository/models/${model}/${what}`, {});
    const answer = await expectStatus(send, { kind: `${what}, by an administrator`, request, status: 200 }, tally);
    // what is done is seen by whoever asks next
    if (answer?.status === 200)
      await expectStatus(send, { kind: `asked after ${what} (${status})`, request: predict, status }, tally);
    await sleep(PAUSE);
  };
  while (!isOver()) {
    await act('unload', 503);
    await act('load', 200);
  }
}
