import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { measure, type Usage } from './growth.js';
import { makeKeys } from './keys.js';
import { limits } from './limits.js';
import { putLoad } from './load.js';
import { FLOOD } from './mischief.js';
import { makeVersion, putFile } from './models.js';
import { type Questions, writeQuestions } from './questions.js';
import { ROLLS } from './rolls.js';
import { type Service, startService } from './server.js';
import type { Tally } from './tally.js';

/** Limits that a load reaches now and then, and who is let in. */
const settings = {
  AUTH: 'keys',
  METRICS: 'true',
  MAX_IN_FLIGHT: '100',
  MAX_ROWS: String(limits.maxRows),
  MAX_BYTES: String(limits.maxBytes),
};

/**
 * Puts everything on a service at once: questions in every dialect, bad requests, bad clients, models that come and go.
 *
 * @param duration in milliseconds
 * @returns what the service took; what was wrong is in the tally
 */
export async function soak(duration: number, tally: Tally): Promise<Usage> {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  try {
    return await soakIn(folder, duration, tally);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function soakIn(folder: string, duration: number, tally: Tally): Promise<Usage> {
  const models = join(folder, 'models');
  const keysFile = join(folder, 'keys.json');
  const versions = [1, 2, 3].map((version) => makeVersion('housing', version));
  const second = makeVersion('second', 1);
  for (const version of [versions[0], second]) putFile(models, version);
  const keys = makeKeys(keysFile);
  const questions = writeQuestions(versions, second);
  const service = await startService({ MODELS_DIR: models, AUTH_KEYS_FILE: keysFile, ...settings }, tally);
  try {
    const atFirst = service.sockets();
    const end = performance.now() + duration;
    let hasFailed = false;
    const left = () => (hasFailed || service.hasEnded() ? 0 : end - performance.now());
    const usage = measure(service, () => left() <= 0);
    await putLoad({ service, models, versions, keys, questions, tally, left }).catch((error) => {
      hasFailed = true;
      tally.violate('load', String(error));
    });
    await expectSockets(service, atFirst, tally);
    expectAll(questions, tally);
    return await usage;
  } finally {
    const code = await service.stop();
    if (code !== 0) tally.violate('stop', `expected the exit code 0, got ${code}`);
  }
}

/** Expects that everything has been tried: a load that did not come finds nothing. */
function expectAll({ few, many, ofSecond }: Questions, tally: Tally): void {
  const kinds = [...few, ...many, ...ofSecond].map(({ kind }) => kind);
  tally.expectEach([...kinds, FLOOD], 'right');
  tally.expectEach([FLOOD], 'overloaded');
  tally.expectEach(ROLLS, 'serving');
}

/** Waits until the service has closed what its clients have left. */
async function expectSockets({ sockets }: Service, atFirst: number, tally: Tally): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (sockets() <= atFirst) return;
    await sleep(100);
  }
  tally.violate('sockets', `expected ${atFirst} as at first, got ${sockets()}`);
}
