import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { node, pythonOf, run } from './command.js';
import { peers } from './folders.js';

/**
 * Installs what a folder of `bench/peers` pins, each into a place of its own, on first use and when it changed.
 *
 * @throws Error with the reason, where that cannot be done
 */
export async function install(name: string): Promise<void> {
  const folder = `${peers}/${name}`;
  if (existsSync(`${folder}/requirements.txt`)) await run(pythonOf(name, '-c', ''));
  if (existsSync(`${folder}/package.json`)) await installPackages(folder);
}

async function installPackages(folder: string): Promise<void> {
  const stamp = `${folder}/node_modules/.installed.json`;
  const wanted = `${folder}/package.json`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === readFileSync(wanted, 'utf8')) return;
  // no scripts, which may download what no version pins; no lock file, which would name a registry
  const options = ['--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund'];
  await run({ ...node(), file: 'npm', args: ['install', '--prefix', folder, ...options] }, folder);
  copyFileSync(wanted, stamp);
}
