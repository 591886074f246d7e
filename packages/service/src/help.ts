import { describeSettings } from './settings.js';

/** What `--help` prints. */
export function help(): string {
  const settings = describeSettings().map(
    ({ name, byDefault, expected, description }) =>
      `  ${name.padEnd(20)}  ${description}\n${' '.repeat(24)}${expected}; by default ${byDefault}`,
  );
  return `usage: node packages/service/dist/server.js [--help]

Serves models over HTTP. Environment variables set how; an empty one counts as not set.

${settings.join('\n').replaceAll('`', '')}`;
}
