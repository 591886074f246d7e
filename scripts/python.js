// runs a Python script in a virtual environment of its own, made on first use
//
// usage: [SKLEARN=1.9 | REQUIREMENTS=FILE.txt] node scripts/python.js SCRIPT [ARG ...]
//
// The first line of the requirements names the interpreter: "# Python 3.11".
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const root = join(import.meta.dirname, '..');
const requirements = resolve(process.env.REQUIREMENTS ?? requirementsOf(process.env.SKLEARN));
const name = relative(root, requirements);
if (!existsSync(requirements)) fail(`${name}: expected a file of Python requirements, found none`);

const environment = join(root, '.venv', name.replace(/\.txt$/, ''));
const python = join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
const stamp = join(environment, 'requirements.txt');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== readFileSync(requirements, 'utf8')) {
  const version = interpreterOf();
  // where pyenv manages the interpreters, its stand-in for each must be told which
  const found = run(`python${version}`, ['-m', 'venv', environment], { PYENV_VERSION: version });
  if (found !== 0) fail(`expected Python ${version} as python${version}, for ${name}`);
  if (run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]) !== 0)
    fail(`${name}: not installed`);
  writeFileSync(stamp, readFileSync(requirements));
}
process.exitCode = run(python, process.argv.slice(2));

/**
 * The pinned packages of a scikit-learn; by default of the one that reproduces the shipped model.
 *
 * @param {string} [sklearn]
 */
function requirementsOf(sklearn = '0.20') {
  return join(root, 'model-export', `requirements-${sklearn}.txt`);
}

function interpreterOf() {
  const version = readFileSync(requirements, 'utf8').match(/^# Python (\d+\.\d+)/)?.[1];
  if (version === undefined) fail(`${name}: expected a first line such as "# Python 3.11"`);
  return version;
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} variables
 */
function run(command, args, variables = {}) {
  return spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...variables } }).status ?? 1;
}

/**
 * @param {string} problem
 * @returns {never}
 */
function fail(problem) {
  console.error(problem);
  process.exit(1);
}
