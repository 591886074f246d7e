import { drive, type Exchange, expectAnswers, type Load, type Run } from './drive.js';
import { median } from './figures.js';
import { type Program, type Server, startServer } from './server.js';

/** A server, and what is asked of it. */
export interface Contender {
  readonly program: Program;
  readonly exchanges: readonly Exchange[];
}

/**
 * Drives servers in turn, so that a slow spell of the machine falls on all of them; a first round warms them up.
 *
 * @returns for each server its rounds
 */
export async function driveInTurn(contenders: readonly Contender[], rounds: number, load: Load): Promise<Run[][]> {
  const runs = contenders.map(() => [] as Run[]);
  const servers: Server[] = [];
  try {
    for (const { program, exchanges } of contenders) {
      const server = await startServer(program);
      servers.push(server);
      await expectAnswers(server, exchanges);
    }
    for (let round = -1; round < rounds; round++) {
      for (const [s, server] of servers.entries()) {
        const run = await drive(server, contenders[s].exchanges, load);
        if (round >= 0) runs[s].push(run);
      }
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  printRuns(contenders, runs);
  return runs;
}

/**
 * How many requests the one answers in the time in which the other answers one: the median of the rounds.
 *
 * By the processor time of the servers. The core of a server answers as many requests a second as go into one second of it;
 * how many come in a second also depends on the load generator and on whatever else the machine does.
 */
export function ratio(runs: readonly Run[], others: readonly Run[]): number {
  return median(runs.map((run, round) => cpuTimeARequest(others[round]) / cpuTimeARequest(run)));
}

function cpuTimeARequest({ cpuTime, requests }: Run): number {
  return cpuTime / requests;
}

function printRuns(contenders: readonly Contender[], runs: readonly Run[][]): void {
  console.log(`\n${''.padEnd(44)}${'requests/s'.padStart(12)}${'µs a request'.padStart(14)}`);
  contenders.forEach(({ program }, c) => {
    const perSecond = median(runs[c].map((run) => run.perSecond));
    const microseconds = median(runs[c].map((run) => 1e6 * cpuTimeARequest(run)));
    console.log(
      `  ${program.name.padEnd(42)}${perSecond.toFixed(0).padStart(12)}${microseconds.toFixed(1).padStart(14)}`,
    );
  });
}
