import { createHash } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Models, openRepository, type ServedModel } from '@housing/service';
import t from 'tap';
import { documentOf } from './support/documents.js';
import { build, post } from './support/service.js';

const row = { a: 1, b: 2 };

/** The same models, and how often the default one was asked for. */
function counting(models: Models): Models & { asked: number } {
  return {
    ...models,
    asked: 0,
    get default(): ServedModel {
      this.asked++;
      return models.default;
    },
  };
}

t.test('a request in flight finishes on the model that it found', async (t) => {
  const folder = t.testdir({ 'm.json': documentOf(10) });
  const { models, unload, load } = openRepository(folder);
  const counted = counting(models);
  const app = build(t, { models: counted });
  const { sha256 } = models.default;
  const n = 100_000;
  let isAnswered = false;
  const inFlight = post(app, '/predict', { a: new Array(n).fill(1), b: new Array(n).fill(2) }).then((response) => {
    isAnswered = true;
    return response;
  });
  while (counted.asked === 0) await nextTurn();
  await unload('m');
  t.equal((await post(app, '/predict', [row])).json().code, 'model_unavailable');
  t.notOk(isAnswered);

  writeFileSync(join(folder, 'm.json'), documentOf(20));
  await load('m');
  t.strictSame((await post(app, '/predict', [row])).json(), { prediction: [17] });
  const response = await inFlight;
  t.equal(response.statusCode, 200);
  t.equal(response.headers['x-model-sha256'], sha256);
  const { prediction } = response.json();
  t.equal(prediction.length, n);
  t.ok(prediction.every((one: number) => one === 7));
});

t.test('under load no answer is lost, and each is that of the model which its headers name', async (t) => {
  const inits = [10, 20, 30, 40, 50, 60];
  const predictions = new Map(inits.map((init) => [digest(documentOf(init)), init - 3]));
  const folder = t.testdir({ 'm.json': documentOf(inits[0]) });
  const { models, reload } = openRepository(folder);
  const app = build(t, { models });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const seen = new Set<string>();
  let isOver = false;

  async function ask(): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    while (!isOver) {
      const response = await fetch(`${url}/predict`, { method: 'POST', headers, body: JSON.stringify([row]) });
      const sha256 = String(response.headers.get('x-model-sha256'));
      const answer = await response.text();
      if (answer !== `{"prediction":[${predictions.get(sha256)}]}`) t.fail(`${response.status}: ${sha256}: ${answer}`);
      seen.add(sha256);
    }
  }

  async function replace(): Promise<void> {
    for (const init of inits.slice(1)) {
      writeFileSync(join(folder, 'm.json.part'), documentOf(init));
      renameSync(join(folder, 'm.json.part'), join(folder, 'm.json'));
      await reload();
      while (!seen.has(digest(documentOf(init)))) await nextTurn();
    }
    isOver = true;
  }

  await Promise.all([ask(), ask(), ask(), ask(), replace()]);
  t.strictSame([...seen], [...predictions.keys()]);
});

t.test('an unloaded model is 503 until it is loaded, whatever is reloaded', async (t) => {
  const folder = t.testdir({ 'm.json': documentOf(10), 'n.json': documentOf(10) });
  const { models, load, unload, reload } = openRepository(folder, 'm');
  const app = build(t, { models });
  t.strictSame(await unload('m'), [{ model: 'm', version: 1, change: 'removed', reason: 'unloaded' }]);
  t.strictSame(models.states()[0], { name: 'm', version: 1, state: 'UNAVAILABLE', reason: 'unloaded' });
  for (const path of ['/predict', '/models/m/predict', '/models/m/versions/1/predict']) {
    const response = await post(app, path, [row]);
    t.equal(response.statusCode, 503);
    t.match(response.json(), { code: 'model_unavailable', detail: 'expected m 1 to serve, got: unloaded' });
  }
  t.match((await app.inject('/models')).json(), { default: 'm', models: [{ name: 'n' }] });

  writeFileSync(join(folder, 'm.json'), documentOf(20));
  t.strictSame(await reload(), []);
  t.throws(() => models.default, { code: 'model_unavailable' });
  t.match(await load('m'), [{ model: 'm', version: 1, change: 'loaded', reason: '' }]);
  t.equal(models.default.predictor.predict([1, 2]), 17);
});

t.test('to load what fails leaves what serves', async (t) => {
  const folder = t.testdir({ 'm.json': documentOf(10) });
  const { models, load } = openRepository(folder);
  writeFileSync(join(folder, 'm.json'), '{');
  t.match(await load('m'), [{ model: 'm', version: 1, change: 'failed', reason: /JSON/ }]);
  t.equal(models.default.predictor.predict([1, 2]), 7);
});

t.test('only a known model is loaded or unloaded', async (t) => {
  const folder = t.testdir({ 'm.json': documentOf(10) });
  const { models, load, unload } = openRepository(folder, 'm');
  for (const act of [load, unload])
    await t.rejects(act('n'), { code: 'unknown_model', message: 'expected one of m, got "n"' });
  writeFileSync(join(folder, 'n.json'), documentOf(20));
  t.match(await load('n'), [{ model: 'n', version: 1, change: 'loaded' }]);
  t.equal(models.find('n').predictor.predict([1, 2]), 17);
});

t.test('acts come one after another', async (t) => {
  const folder = t.testdir({ 'm.json': documentOf(10) });
  const { models, load, unload, reload } = openRepository(folder);
  writeFileSync(join(folder, 'm.json'), documentOf(20));
  // the first is still reading when the second is asked for
  await Promise.all([reload(), unload('m')]);
  t.throws(() => models.default, { code: 'model_unavailable' });
  await Promise.all([unload('m'), load('m')]);
  t.equal(models.default.predictor.predict([1, 2]), 17);
});

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
