import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: 'string', default: '10000' }, repetitions: { type: 'string', default: '15' } },
});

/** What every benchmark takes from its command line. */
export const options = {
  rows: Number(values.rows),
  repetitions: Number(values.repetitions),
  which: positionals[0],
};
