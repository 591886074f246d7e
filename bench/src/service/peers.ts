import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { examples } from '../examples.js';
import type { Figure } from './figures.js';
import { driveInTurn, ratio } from './rounds.js';
import { type Program, rival, service } from './server.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const [example] = examples;

/** One row, against what it replaces and against what one would write in Python today; each with one worker and its usual log. */
export async function peers(rounds: number, duration: number): Promise<Figure[]> {
  const models = mkdtempSync(join(tmpdir(), 'peers-'));
  try {
    // the threaded worker, of one thread, keeps connections open: the other closes them, some before their request is read
    const worker = ['--workers', '1', '--worker-class', 'gthread', '--access-logfile', '-'];
    const wsgi = ['--chdir', 'FOLDER', ...worker, '--bind', '127.0.0.1:PORT', 'app:app'];
    const flask = prepare('flask-original', models, ['-m', 'gunicorn', ...wsgi]);
    const asgi = ['--app-dir', 'FOLDER', '--host', '127.0.0.1', '--port', 'PORT', 'app:app'];
    const fastapi = prepare('fastapi-scikit-learn', models, ['-m', 'uvicorn', ...asgi]);
    const [ours, flaskRuns, fastapiRuns] = await driveInTurn(
      [
        { program: service('service'), exchanges: [example] },
        // the price of its scaler's fault: every single row gets it
        { program: flask, exchanges: [{ ...example, answer: '{"prediction":[20.35373177134412]}\n' }] },
        // scikit-learn 1.9.1 breaks ties in training otherwise
        { program: fastapi, exchanges: [{ ...example, answer: '{"prediction":[25.002145787183498]}' }] },
        // what Node takes before there is anything to predict: no server on it could be more times as fast
        { program: rival('bare Fastify, the same log', 'fastify'), exchanges: [example] },
        {
          program: rival('bare node:http, no log', 'http'),
          exchanges: [{ ...example, answer: JSON.stringify(JSON.parse(example.body)) }],
        },
      ],
      rounds,
      { connections: 10, duration },
    );
    return [
      { what: 'one row, times the Flask original', measured: ratio(ours, flaskRuns), target: 500, better: 'higher' },
      {
        what: 'one row, times FastAPI + scikit-learn',
        measured: ratio(ours, fastapiRuns),
        target: 20,
        better: 'higher',
      },
    ];
  } finally {
    rmSync(models, { recursive: true });
  }
}

/** Installs a peer, trains its model in its own Python, and says how to start it. */
function prepare(name: string, models: string, args: readonly string[]): Program {
  const folder = join(root, 'bench/peers/http', name);
  const model = join(models, `${name}.joblib`);
  const env = { ...process.env, REQUIREMENTS: join(folder, 'requirements.txt') };
  const train = ['scripts/python.js', 'model-export/train.py', '--out', model];
  execFileSync(process.execPath, train, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
  return {
    name,
    command: join(root, '.venv/bench/peers/http', name, 'requirements/bin/python'),
    args: args.map((arg) => arg.replace('FOLDER', folder)),
    env: { MODEL: model },
    // their usual log is there too
    stderr: 'ignore',
  };
}
