// runs a script of model-export in a virtual environment of its own, made on first use
//
// usage: [SKLEARN=1.9] node scripts/python.js SCRIPT [ARG ...]
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @type {Record<string, string>} the interpreter for each pinned scikit-learn */
const pythonFor = { '0.20': '3.7', 1.2: '3.11', 1.9: '3.11' };

// the version that reproduces the shipped model
const sklearn = process.env.SKLEARN ?? '0.20';
if (!(sklearn in pythonFor)) fail(`SKLEARN: expected ${Object.keys(pythonFor).join(', ')}, got ${sklearn}`);

const root = join(import.meta.dirname, '..');
const environment = join(root, '.venv', sklearn);
const python = join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
const requirements = join(root, 'model-export', `requirements-${sklearn}.txt`);
const stamp = join(environment, 'requirements.txt');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== readFileSync(requirements, 'utf8')) {
  const version = pythonFor[sklearn];
  // where pyenv manages the interpreters, its stand-in for each must be told which
  const found = run(`python${version}`, ['-m', 'venv', environment], { PYENV_VERSION: version });
  if (found !== 0) fail(`expected Python ${version} as python${version}, for scikit-learn ${sklearn}`);
  if (run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]) !== 0)
    fail(`${requirements}: not installed`);
  writeFileSync(stamp, readFileSync(requirements));
}
process.exitCode = run(python, process.argv.slice(2));

/**
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} variables
 */
function run(command, args, variables = {}) {
  return spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...variables } }).status ?? 1;
}

/** @param {string} problem */
function fail(problem) {
  console.error(problem);
  process.exit(1);
}
