import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mock } from 'node:test';
import { watchFolder } from '@housing/service';
import t, { type Test } from 'tap';

mock.timers.enable({ apis: ['setInterval'] });

/** Watches a folder, and looks when told to: how often it has called back since the last look. */
function watching(t: Test, folder: string): () => number {
  let nCalls = 0;
  t.teardown(
    watchFolder(folder, () => {
      nCalls++;
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
