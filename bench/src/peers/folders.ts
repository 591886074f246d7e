import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));
export const peers = `${root}bench/peers`;

/** The rivals: each folder of `bench/peers` that holds a program to talk to. */
export function rivalNames(): string[] {
  return readdirSync(peers).filter((name) => programOf(name) !== undefined);
}

/** The path of a rival's program, or undefined. */
export function programOf(name: string): string | undefined {
  return ['rival.py', 'rival.js'].map((file) => `${peers}/${name}/${file}`).find((path) => existsSync(path));
}
