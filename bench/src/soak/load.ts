import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../random.js';
import { ask, expectStatus } from './ask.js';
import { createSender } from './http.js';
import type { Keys } from './keys.js';
import { flood, hang, hangUp, leaving, odd } from './mischief.js';
import type { Version } from './models.js';
import type { Question, Questions } from './questions.js';
import { LONGEST_WAIT } from './raw.js';
import { makeRefusals } from './refusals.js';
import { keepLoading, keepRolling } from './rolls.js';
import type { Service } from './server.js';
import type { Tally } from './tally.js';

/** What a load needs. */
export interface Scene {
  readonly service: Service;
  /** The folder of the models. */
  readonly models: string;
  readonly versions: readonly Version[];
  readonly keys: Keys;
  readonly questions: Questions;
  readonly tally: Tally;
  /** The time left, in milliseconds. */
  readonly left: () => number;
}

/** How many come at once, more than the bound on work, and how often, in milliseconds. */
const FLOODING = 150;
const FLOOD_EVERY = 5000;

/** What lies between requests of many rows, which would leave no time for others, in milliseconds. */
const PAUSE = 100;

/** Does everything at once until the time is over, and then closes its connections. */
export async function putLoad(scene: Scene): Promise<void> {
  const { service, models, versions, keys, questions, tally, left } = scene;
  const { few, many, ofSecond } = questions;
  const client = createSender(service.port, keys.client);
  const administrator = createSender(service.port, keys.administrator);
  const trouble = { port: service.port, key: keys.client, tally };
  const refusals = makeRefusals(versions[0].model.featureNames, keys.stranger);
  const drawFrom = createDraw();
  const isOver = () => left() <= 0;
  const repeat = async (work: () => Promise<unknown>) => {
    while (!isOver()) await work();
  };

  const asking = (from: readonly Question[]) => repeat(() => ask(client.send, drawFrom(from), tally));
  const askingMany = async () => {
    while (!isOver())
      for (const question of many) {
        await ask(client.send, question, tally);
        await hangUp(trouble, question);
        await sleep(PAUSE);
      }
  };
  // one after the other, so that a short run has them all too
  const refusing = async () => {
    while (!isOver()) for (const refusal of refusals) await expectStatus(client.send, refusal, tally);
  };
  const flooding = async () => {
    await flood(
      trouble,
      Array.from({ length: FLOODING }, () => drawFrom(oneRow)),
    );
    await sleep(Math.min(FLOOD_EVERY, Math.max(0, left())));
  };
  const oneRow = few.filter(({ request, refusals }) => request.body.length < 1000 && refusals.length === 1);

  await Promise.all([
    ...Array.from({ length: 6 }, () => asking(few)),
    askingMany(),
    asking(ofSecond),
    refusing(),
    ...Object.values(odd).map((act) => repeat(() => act(trouble, drawFrom(oneRow)))),
    ...Object.values(leaving).map((act) => repeat(() => act(trouble, drawFrom(oneRow)))),
    ...Array.from({ length: 3 }, async () => {
      while (left() > LONGEST_WAIT) await hang(trouble, drawFrom(oneRow));
    }),
    repeat(flooding),
    keepRolling({ folder: models, versions, service, send: client.send, question: oneRow[0], tally, isOver }),
    keepLoading('second', administrator.send, ofSecond[0].request, tally, isOver),
  ]);
  client.close();
  administrator.close();
}

/** Draws at random, the same in every run. */
function createDraw(): <Value>(from: readonly Value[]) => Value {
  const random = seededRandom(5);
  return (from) => from[Math.floor(random() * from.length)];
}
