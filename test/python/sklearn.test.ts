import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const parity = 'test/dist/model-parity.test.js';

function python(sklearn: string, ...args: string[]): void {
  execFileSync(process.execPath, ['scripts/python.js', ...args], {
    stdio: 'inherit',
    env: { ...process.env, SKLEARN: sklearn },
  });
}

for (const sklearn of ['0.20', '1.2', '1.9']) {
  t.test(`the exporter does what its own tests ask, under scikit-learn ${sklearn}`, async () => {
    python(sklearn, '-m', 'unittest', 'discover', 'model-export');
  });

  t.test(`models fitted just now by scikit-learn ${sklearn} are predicted to the last bit`, async (t) => {
    const fixtures = t.testdir();
    python(sklearn, 'model-export/fixtures.py', '--out', fixtures, '--seed', '2');
    await t.spawn(process.execPath, [parity], { env: { ...process.env, PARITY_FIXTURES: fixtures } }, 'parity');
  });
}

t.test('the shipped documents are rebuilt from the table, byte for byte, by scikit-learn 0.20', async (t) => {
  const folder = t.testdir();
  const model = join(folder, 'housing.joblib');
  python('0.20', 'model-export/train.py', '--out', model);
  for (const [name, ...options] of [['housing'], ['housing-flask', '--scaler-fit', 'request']]) {
    const rebuilt = join(folder, `${name}.json`);
    const features = ['--features', 'CHAS,RM,TAX,PTRATIO,B,LSTAT'];
    const data = [
      '--data',
      'model-export/data/boston.csv',
      '--target',
      'MEDV',
      '--test-size',
      '0.2',
      '--random-state',
      '7',
    ];
    python('0.20', 'model-export/export.py', model, '--out', rebuilt, ...features, ...data, ...options);
    t.ok(readFileSync(rebuilt).equals(readFileSync(`packages/model/models/${name}.json`)), name);
  }
});
