// installs and builds what is out of date, so that each command works on a fresh clone that has only Node and npm
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

process.chdir(join(import.meta.dirname, '..'));
const packages = ['packages/model', 'packages/service', 'bench', 'test'];
const { packageManager } = JSON.parse(readFileSync('package.json', 'utf8'));

// each stamp lies within what its step makes, and so goes with it
whenChanged(
  'node_modules/.setup',
  ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...packages.map((p) => `${p}/package.json`)],
  () => {
    run('npx', '--yes', packageManager, 'install', '--frozen-lockfile');
  },
);

const sources = ['packages/model/src', 'packages/model/models', 'packages/service/src', 'bench/src'];
const settings = ['tsconfig.base.json', 'pnpm-lock.yaml', 'packages/model/embed.js'];
whenChanged('packages/service/dist/.setup', [...sources.flatMap(filesBelow), ...settings], () => {
  // what `npm run build` does, which itself begins here
  run('node', 'node_modules/typescript/bin/tsc', '-b');
  run('node', 'packages/model/embed.js');
});

/**
 * Runs a step unless it succeeded before on files of the same content: content and not time, which a checkout does not keep.
 *
 * @param {string} stamp the file that holds the digest of that content
 * @param {string[]} files
 * @param {() => void} work
 */
function whenChanged(stamp, files, work) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(readFileSync(file));
  const digest = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;

  work();
  writeFileSync(stamp, digest);
}

/** @param {string} folder */
function filesBelow(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, ...args) {
  // npm and npx are scripts on Windows, which only a shell starts; standard output is for the command that this goes before
  const { status } = spawnSync(command, args, {
    stdio: ['inherit', 2, 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}
