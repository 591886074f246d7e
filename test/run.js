// runs a suite of built tests and closes with the line `N passed, N failed`
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(join(import.meta.dirname, '..'));
const suite = process.argv[2] ?? '';
const folder = `test/dist/${suite}`;
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.test.js'))
  .map((file) => join(folder, file));

// coverage is the business of the suite that needs nothing but Node
const options = suite === '' ? [] : ['--disable-coverage', '--jobs=1', '--timeout=1200'];
const results = join('.tap', `results-${suite || 'all'}.tap`);
const tap = join(dirname(fileURLToPath(import.meta.resolve('tap/package.json'))), 'dist/esm/run.mjs');
const { status } = spawnSync(
  process.execPath,
  [tap, 'run', '--reporter=terse', ...options, `--output-file=${results}`, ...files],
  {
    stdio: 'inherit',
  },
);

const { pass, failed } = count(readFileSync(results, 'utf8'));
// incomplete coverage and a test that is not run fail the suite too
const broken = status === 0 ? 0 : Math.max(failed, 1);
console.log(`${pass} passed, ${broken} failed`);
process.exitCode = broken === 0 ? 0 : 1;

/** @param {string} tap what closes with a comment such as `# { total: 3, pass: 2, fail: 1 }` */
function count(tap) {
  const totals = tap.match(/^# \{ (.*) \}$/m)?.[1] ?? '';
  const number = (/** @type {string} */ name) => Number(totals.match(new RegExp(`${name}: (\\d+)`))?.[1] ?? 0);
  return { pass: number('pass'), failed: number('total') - number('pass') };
}
