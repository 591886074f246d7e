import fs, { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';
import { mock } from 'node:test';
import workers from 'node:worker_threads';
import { createReload, openRepository, watchFolder } from '@housing/service';
import t, { type Test } from 'tap';
import { documentOf } from './support/documents.js';
import { build } from './support/service.js';

mock.timers.enable({ apis: ['setInterval'] });

/** Watches a folder, and looks when told to: how often it has called back for a change since the last look. */
function watching(t: Test, folder: string): () => number {
  let nCalls = 0;
  t.teardown(
    watchFolder(folder, (isRetry) => {
      if (!isRetry) nCalls++;
    }),
  );
  return () => {
    nCalls = 0;
    mock.timers.tick(1000);
    return nCalls;
  };
}

/** A folder of one model, and what looks at it, settled. */
function settled(t: Test) {
  const folder = t.testdir({ 'm.json': '0', n: { '1.json': '' }, 'other.txt': '' });
  const look = watching(t, folder);
  // what changed while the service started is read too
  t.strictSame([look(), look(), look()], [0, 1, 0]);
  return { folder, look };
}

t.test('calls back once when a file has changed and then stays as it is', async (t) => {
  const { folder, look } = settled(t);
  for (const path of ['m.json', 'n/1.json', 'n/2.json', 'o.json']) {
    writeFileSync(join(folder, path), '1');
    t.strictSame([look(), look(), look()], [0, 1, 0], path);
  }
  rmSync(join(folder, 'n', '2.json'));
  t.strictSame([look(), look(), look()], [0, 1, 0]);
});

t.test('does not call back while a file is being written', async (t) => {
  const { folder, look } = settled(t);
  for (let k = 0; k < 5; k++) {
    writeFileSync(join(folder, 'm.json'), '0', { flag: 'a' });
    t.equal(look(), 0);
  }
  t.equal(look(), 1);
});

t.test('a file that is no model is left aside', async (t) => {
  const { folder, look } = settled(t);
  writeFileSync(join(folder, 'other.txt'), '1');
  writeFileSync(join(folder, 'm.json.part'), '1');
  t.strictSame([look(), look(), look()], [0, 0, 0]);
});

t.test('a folder that is lost and comes back is told each time', async (t) => {
  const { folder, look } = settled(t);
  rmSync(folder, { recursive: true });
  t.strictSame([look(), look(), look()], [0, 1, 0]);
  mkdirSync(folder);
  writeFileSync(join(folder, 'm.json'), '0');
  t.strictSame([look(), look(), look()], [0, 1, 0]);
});

t.test('a link to nothing hides no change of another file', async (t) => {
  const { folder, look } = settled(t);
  symlinkSync('nothing', join(folder, 'o.json'));
  t.strictSame([look(), look(), look()], [0, 1, 0]);
  writeFileSync(join(folder, 'm.json'), '1');
  t.strictSame([look(), look(), look()], [0, 1, 0]);
});

t.test('it ends when told to', async (t) => {
  const folder = t.testdir({ 'm.json': '0' });
  let nCalls = 0;
  watchFolder(folder, () => {
    nCalls++;
  })();
  mock.timers.tick(5000);
  t.equal(nCalls, 0);
});

/** A repository that is reloaded as the service does it, by a look at its folder or at once, and what the log is told. */
function reloading(t: Test) {
  const folder = t.testdir({ 'm.json': documentOf(10), 'n.json': documentOf(10) });
  const repository = openRepository(folder, 'm');
  const lines: { level: number; msg: string; reason?: string }[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
  const { log } = build(t, { models: repository.models, logger: { level: 'info', stream } });
  const reload = createReload(repository, log);
  let reloaded: Promise<unknown> = Promise.resolve();
  const stop = watchFolder(folder, (isRetry) => {
    reloaded = reload(isRetry);
  });
  t.teardown(stop);
  const look = async (times = 1) => {
    for (let k = 0; k < times; k++) {
      mock.timers.tick(1000);
      await reloaded;
    }
  };
  const told = () => lines.splice(0).map(({ level, msg, reason }) => [level, msg, reason]);
  return { folder, repository, reload, look, told };
}

/** Has something done before a function of Node's, which may fail in its place, until the test ends or what is returned is called. */
function precede(t: Test, functions: object, name: string, work: (path: string) => void): () => void {
  const original = Reflect.get(functions, name);
  const use = (by: unknown) => {
    Reflect.set(functions, name, by);
    syncBuiltinESMExports();
  };
  use(function preceded(...list: unknown[]) {
    work(String(list[0]));
    return new.target === undefined ? Reflect.apply(original, functions, list) : Reflect.construct(original, list);
  });
  const end = () => use(original);
  t.teardown(end);
  return end;
}

/** Tells which files are read, and fails for some. */
function failing(t: Test) {
  const read: string[] = [];
  const faults = new Map<string, Error>();
  precede(t, fs.promises, 'readFile', (path) => {
    const name = basename(path);
    read.push(name);
    const fault = faults.get(name);
    if (fault !== undefined) throw fault;
  });
  return { faults, read: () => read.splice(0) };
}

const systemError = (code: string) => Object.assign(new Error(`${code}: no reason`), { code, syscall: 'open' });

t.test('a file that cannot be read for a moment is tried again, and its fault told once', async (t) => {
  const { folder, repository, look, told } = reloading(t);
  const { faults, read } = failing(t);
  await look(2);
  t.strictSame(told(), []);

  faults.set('m.json', systemError('EMFILE'));
  writeFileSync(join(folder, 'm.json'), documentOf(20));
  writeFileSync(join(folder, 'n.json'), '[]');
  read();
  await look(2);
  const noModel = 'document: expected an object, got an array of 0';
  t.strictSame(told(), [
    [50, 'model failed', 'EMFILE: no reason'],
    [50, 'model failed', noModel],
  ]);
  t.strictSame(read(), ['m.json', 'n.json']);
  await look(3);
  t.strictSame(told(), []);
  t.strictSame(read(), ['m.json', 'm.json', 'm.json'], 'what was read is not read again, be it a model or not');
  t.equal(repository.models.failedLoads().get('m'), 1);
  t.match(repository.models.states(), [{ reason: 'EMFILE: no reason' }, { reason: noModel }]);

  faults.set('m.json', systemError('EACCES'));
  await look(2);
  t.strictSame(told(), [], 'whatever the system says meanwhile');
  t.equal(repository.models.failedLoads().get('m'), 1);
  t.match(repository.models.states(), [{ reason: 'EACCES: no reason' }, { reason: noModel }]);

  faults.clear();
  await look();
  t.strictSame(told(), [[30, 'model loaded', undefined]]);
  t.equal(repository.models.default.predictor.predict([1, 2]), 17);
  read();
  await look(3);
  t.strictSame(read(), []);
});

t.test('a file that cannot be read, and then has not changed, is well again', async (t) => {
  const { folder, look, told } = reloading(t);
  const { faults } = failing(t);
  faults.set('m.json', systemError('EIO'));
  writeFileSync(join(folder, 'm.json'), documentOf(10));
  await look(4);
  t.strictSame(told(), [[50, 'model failed', 'EIO: no reason']]);
  faults.clear();
  await look(2);
  t.strictSame(told(), [[30, 'model recovered', undefined]]);
});

t.test('a file for which there is no thread is tried again', async (t) => {
  const { folder, look, told } = reloading(t);
  const reason = 'Worker initialization failure: EMFILE';
  const end = precede(t, workers, 'Worker', () => {
    throw Object.assign(new Error(reason), { code: 'ERR_WORKER_INIT_FAILED' });
  });
  writeFileSync(join(folder, 'm.json'), documentOf(20));
  await look(4);
  t.strictSame(told(), [[50, 'model failed', reason]]);
  end();
  await look();
  t.strictSame(told(), [[30, 'model loaded', undefined]]);
});

t.test('what could not be read when somebody had it reloaded is tried again too', async (t) => {
  const { repository, reload, look, told } = reloading(t);
  const { faults } = failing(t);
  await look(2);
  faults.set('m.json', systemError('EMFILE'));
  await reload();
  await look(2);
  t.strictSame(told(), [[50, 'model failed', 'EMFILE: no reason']]);
  faults.clear();
  await look();
  t.strictSame(told(), [[30, 'model recovered', undefined]]);

  const end = precede(t, fs, 'readdirSync', () => {
    throw systemError('EMFILE');
  });
  await t.rejects(repository.load('m'), { code: 'load_failed' });
  end();
  t.equal(repository.models.isFolderRefused(), true);
  await look();
  t.equal(repository.models.isFolderRefused(), false);
});

t.test('what changes while a file cannot be read is read', async (t) => {
  const { folder, repository, look, told } = reloading(t);
  const { faults } = failing(t);
  faults.set('m.json', systemError('EMFILE'));
  await look(3);
  told();
  writeFileSync(join(folder, 'n.json'), documentOf(20));
  await look(2);
  t.match(told(), [
    [50, 'model failed', 'EMFILE: no reason'],
    [30, 'model loaded', undefined],
  ]);
  t.equal(repository.models.find('n').predictor.predict([1, 2]), 17);
});

t.test('a folder that cannot be listed just when it is read is read at the next look', async (t) => {
  const { folder, look, told } = reloading(t);
  await look(2);
  writeFileSync(join(folder, 'm.json'), documentOf(20));
  await look();
  let nLists = 0;
  const end = precede(t, fs, 'readdirSync', () => {
    nLists++;
    // the look's own is well
    if (nLists > 1) throw systemError('EMFILE');
  });
  await look();
  t.match(told(), [[50, 'models not reloaded', /EMFILE/]]);
  end();
  await look();
  t.match(told(), [
    [30, 'models reloaded again'],
    [30, 'model loaded'],
  ]);
});

/** Makes a folder one without a model, and undoes that. */
function lose(folder: string): () => void {
  const names = ['m', 'n'];
  for (const name of names) renameSync(join(folder, `${name}.json`), join(folder, name));
  return () => {
    for (const name of names) renameSync(join(folder, name), join(folder, `${name}.json`));
  };
}

t.test('that a watched folder is refused is told once, and so is that it is taken again', async (t) => {
  const { folder, look, told } = reloading(t);
  await look(2);
  for (let k = 0; k < 2; k++) {
    const restore = lose(folder);
    await look(5);
    const lines = told();
    t.match(lines, [[50, 'models not reloaded', /got none$/]]);
    t.equal(lines.length, 1);
    restore();
    await look(5);
    t.strictSame(told(), [[30, 'models reloaded again', undefined]]);
  }
});

t.test(
  'a folder that is refused is told whenever somebody has it reloaded, and once that it is taken again',
  async (t) => {
    const { folder, repository, reload, told } = reloading(t);
    const restore = lose(folder);
    await reload();
    await reload();
    t.strictSame(
      told().map(([, msg]) => msg),
      ['models not reloaded', 'models not reloaded'],
    );
    restore();
    // an administrator, who is told by the answer
    await repository.load('m');
    await reload();
    await reload();
    t.strictSame(told(), [[30, 'models reloaded again', undefined]]);
  },
);
