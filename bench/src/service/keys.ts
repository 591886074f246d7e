import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { oneRowExchanges } from './exchanges.js';
import type { Figure } from './figures.js';
import { driveInTurn, ratio } from './rounds.js';
import { service } from './server.js';

/** How many keys the file has. */
const N_KEYS = 100;

/** One row a request with a key, each of many, and with metrics, against the same without both. */
export async function keys(rounds: number, duration: number): Promise<Figure[]> {
  const keys = Array.from({ length: N_KEYS }, () => `housing_${randomBytes(32).toString('base64url')}`);
  const entries = keys.map((key, k) => ({ name: `client-${k}`, sha256: digest(key), scopes: ['predict'] }));
  const folder = mkdtempSync(join(tmpdir(), 'housing-keys-'));
  const file = join(folder, 'keys.json');
  writeFileSync(file, JSON.stringify(entries));
  try {
    const exchanges = oneRowExchanges(N_KEYS);
    const keyed = exchanges.map((exchange, k) => ({ ...exchange, headers: { 'x-api-key': keys[k] } }));
    const [open, closed] = await driveInTurn(
      [
        { program: service('service, neither keys nor metrics', { METRICS: 'false' }), exchanges },
        { program: service('service, keys and metrics', { AUTH: 'keys', AUTH_KEYS_FILE: file }), exchanges: keyed },
      ],
      rounds,
      { connections: 10, duration },
    );
    return [
      {
        what: 'one row with keys and metrics, of without',
        measured: ratio(closed, open),
        target: 0.85,
        better: 'higher',
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function digest(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
