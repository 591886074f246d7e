import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '@housing/service';
import t from 'tap';
import { documentOf } from './support/documents.js';
import { build, post } from './support/service.js';

const row = { a: 1, b: 2 };

t.test('a new version serves once it is loaded, and the one before by its number', async (t) => {
  const folder = t.testdir({ m: { '9.json': documentOf(10) } });
  const { models, reload } = openRepository(folder);
  const app = build(t, { models });
  writeFileSync(join(folder, 'm', '10.json'), documentOf(20));
  t.strictSame((await post(app, '/predict', [row])).json(), { prediction: [7] });

  const changes = await reload();
  const { sha256, loadedAt } = models.find('m', 10);
  t.strictSame(changes, [{ model: 'm', version: 10, change: 'loaded', reason: '', sha256, loadedAt }]);
  t.strictSame((await post(app, '/predict', [row])).json(), { prediction: [17] });
  t.match((await app.inject('/models/m')).json(), { version: 10 });
  t.strictSame((await post(app, '/models/m/versions/9/predict', [row])).json(), { prediction: [7] });
});

t.test('without its file a version serves no more, and the one before does', async (t) => {
  const folder = t.testdir({ m: { '1.json': documentOf(10), '2.json': documentOf(20) } });
  const { models, reload } = openRepository(folder);
  rmSync(join(folder, 'm', '2.json'));
  t.strictSame(await reload(), [{ model: 'm', version: 2, change: 'removed', reason: 'its file is gone' }]);
  t.equal(models.find('m').version, 1);
  t.throws(() => models.find('m', 2), { code: 'unknown_version' });
});

t.test('a file with other content replaces what it held', async (t) => {
  const folder = t.testdir({ 'm.json': documentOf(10), 'new.json.part': documentOf(20) });
  const { models, reload } = openRepository(folder);
  const { sha256 } = models.default;
  renameSync(join(folder, 'new.json.part'), join(folder, 'm.json'));
  t.match(await reload(), [{ model: 'm', version: 1, change: 'loaded' }]);
  t.equal(models.default.predictor.predict([1, 2]), 17);
  t.not(models.default.sha256, sha256);
});

t.test('what has not changed is kept as it is', async (t) => {
  const folder = t.testdir({ 'm.json': documentOf(10) });
  const { models, reload } = openRepository(folder);
  const served = models.default;
  writeFileSync(join(folder, 'm.json'), documentOf(10));
  t.strictSame(await reload(), []);
  t.equal(models.default, served);
});

t.test('a model that comes later is served by its name', async (t) => {
  const folder = t.testdir({ 'm.json': documentOf(10) });
  const { models, reload } = openRepository(folder, 'm');
  t.throws(() => models.find('n'), { code: 'unknown_model' });
  mkdirSync(join(folder, 'n'));
  writeFileSync(join(folder, 'n', '3.json'), documentOf(20));
  await reload();
  t.equal(models.find('n').version, 3);
  t.equal(models.default.name, 'm');
});

const whole = documentOf(20);
const faults: Record<string, [text: string, reason: string | RegExp]> = {
  'half-written': [whole.slice(0, -1), /^Expected ',' or '}' after property value in JSON/],
  empty: ['', 'Unexpected end of JSON input'],
  'no model': ['{}', 'format: expected "housing-model", got undefined'],
  'not verified': [whole.replace('17', '18'), 'golden.rows[0]: expected the prediction 18, got 17'],
};

for (const [what, [text, reason]] of Object.entries(faults)) {
  t.test(`where a file is ${what}, the old model stays, and the reason is told, until it is whole`, async (t) => {
    const folder = t.testdir({ 'm.json': documentOf(10), n: { '1.json': documentOf(10) } });
    const { models, reload } = openRepository(folder, 'm');
    const paths = [join(folder, 'm.json'), join(folder, 'n', '2.json')];
    for (const path of paths) writeFileSync(path, text);

    const changes = await reload();
    t.match(changes, [
      { model: 'm', version: 1, change: 'failed' },
      { model: 'n', version: 2, change: 'failed' },
    ]);
    for (const change of changes) t.match(change.reason, reason);
    t.strictSame(models.states(), [
      { name: 'm', version: 1, state: 'READY', reason: changes[0].reason },
      { name: 'n', version: 1, state: 'READY', reason: '' },
      { name: 'n', version: 2, state: 'UNAVAILABLE', reason: changes[1].reason },
    ]);
    for (const name of ['m', 'n']) t.equal(models.find(name).predictor.predict([1, 2]), 7);

    for (const path of paths) writeFileSync(path, whole);
    await reload();
    t.ok(models.states().every(({ state, reason }) => state === 'READY' && reason === ''));
    for (const name of ['m', 'n']) t.equal(models.find(name).predictor.predict([1, 2]), 17);
  });
}

t.test('the end of a fault is told, also where what served before is there again', async (t) => {
  const folder = t.testdir({ 'm.json': documentOf(10) });
  const { models, reload } = openRepository(folder, 'm');
  const served = models.default;
  for (const fault of [
    () => writeFileSync(join(folder, 'm.json'), '[]'),
    () => renameSync(join(folder, 'm.json'), join(folder, 'm.old')),
  ]) {
    writeFileSync(join(folder, 'n.json'), documentOf(10));
    await reload();
    fault();
    t.match(await reload(), [{ model: 'm', version: 1, change: 'failed' }]);
    writeFileSync(join(folder, 'm.json'), documentOf(10));
    const { sha256, loadedAt } = served;
    t.strictSame(await reload(), [{ model: 'm', version: 1, change: 'recovered', reason: '', sha256, loadedAt }]);
    t.strictSame(await reload(), []);
    t.equal(models.default, served);
  }
});

t.test('a version that does not serve is 503 with its reason', async (t) => {
  const folder = t.testdir({ m: { '1.json': documentOf(10) } });
  const { models, reload } = openRepository(folder);
  const app = build(t, { models });
  writeFileSync(join(folder, 'm', '2.json'), '[]');
  await reload();
  const response = await post(app, '/models/m/versions/2/predict', [row]);
  t.equal(response.statusCode, 503);
  t.match(response.json(), {
    code: 'model_unavailable',
    detail: 'expected m 2 to serve, got: document: expected an object, got an array of 0',
  });
  // what Triton's clients may ask for
  t.strictSame((await app.inject('/v2/models/m')).json().versions, ['1']);
});

t.test('a model serves on though its files are gone, until another version serves', async (t) => {
  const folder = t.testdir({ m: { '2.json': documentOf(10) }, 'n.json': documentOf(10) });
  const { models, reload } = openRepository(folder, 'm');
  rmSync(join(folder, 'm'), { recursive: true });
  const reason = 'expected its file, got none';
  t.strictSame(await reload(), [{ model: 'm', version: 2, change: 'failed', reason }]);
  t.strictSame(models.states()[0], { name: 'm', version: 2, state: 'READY', reason });

  mkdirSync(join(folder, 'm'));
  writeFileSync(join(folder, 'm', '1.json'), '{}');
  await reload();
  t.equal(models.default.version, 2);
  writeFileSync(join(folder, 'm', '1.json'), documentOf(20));
  t.match(await reload(), [
    { version: 1, change: 'loaded' },
    { version: 2, change: 'removed' },
  ]);
  t.equal(models.default.version, 1);
});

for (const name of ['n', 'housing'])
  t.test(
    `a model ${name} beside a default that nobody has named changes nothing: the next start would have none, or another`,
    async (t) => {
      const folder = t.testdir({ 'm.json': documentOf(10) });
      const { models, reload, load } = openRepository(folder);
      const before = models.states();
      writeFileSync(join(folder, `${name}.json`), documentOf(20));
      const names = ['m', name].sort().join(', ');
      const message = `DEFAULT_MODEL: expected one of ${names}, got none`;
      await t.rejects(reload(), { message });
      await t.rejects(load(name), { code: 'load_failed', message: `expected ${name} to load, got: ${message}` });
      t.strictSame(models.states(), before);
      t.equal(models.isFolderRefused(), true);

      rmSync(join(folder, `${name}.json`));
      t.strictSame(await reload(), []);
      t.equal(models.isFolderRefused(), false);
    },
  );

t.test('a folder that would be refused at start changes nothing', async (t) => {
  const folder = t.testdir({ 'm.json': documentOf(10) });
  const { models, reload } = openRepository(folder);
  const before = models.states();
  writeFileSync(join(folder, 'n.json'), documentOf(20));
  mkdirSync(join(folder, 'm'));
  writeFileSync(join(folder, 'm', '2.json'), documentOf(20));
  await t.rejects(reload(), { message: /m\.json: expected this file or versions of m, got .*2\.json too$/ });
  t.strictSame(models.states(), before);

  rmSync(folder, { recursive: true });
  await t.rejects(reload(), { message: /^MODELS_DIR: expected a folder/ });
  mkdirSync(folder);
  await t.rejects(reload(), { message: /expected NAME\.json or NAME\/VERSION\.json files, got none$/ });
  t.strictSame(models.states(), before);
  t.equal(models.default.predictor.predict([1, 2]), 7);
});
