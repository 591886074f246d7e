import { parseArgs } from 'node:util';
import { addKey } from './add-key.js';
import { parseName, parseScopes, parseTime } from './keys.js';
import { scopes } from './scopes.js';

const usage = `usage: npm run key -- --name NAME --scopes SCOPE,... [--expires TIME] [--file FILE]

Makes a key, adds its digest to a file of keys, and prints it: it is shown once and kept nowhere.

  --name     whose it is, for the log
  --scopes   what it is for, of ${scopes.join(', ')}
  --expires  from when on it is refused, in UTC, such as 2027-01-31 or 2027-01-31T12:00:00Z; never by default
  --file     the file of keys, made if need be; by default what AUTH_KEYS_FILE names`;

try {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      name: { type: 'string' },
      scopes: { type: 'string', multiple: true },
      expires: { type: 'string' },
      file: { type: 'string', default: process.env.AUTH_KEYS_FILE ?? '' },
    },
  });
  if (values.help) console.log(usage);
  else make(values);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

interface Arguments {
  readonly name?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  readonly expires?: string | undefined;
  readonly file: string;
}

function make({ name, scopes, expires, file }: Arguments): void {
  const request = {
    name: parseName(name, '--name'),
    scopes: parseScopes(scopes?.flatMap((some) => some.split(',')) ?? [], '--scopes'),
    expires,
  };
  if (expires !== undefined && parseTime(expires, '--expires') <= Date.now())
    throw new Error(`--expires: expected a time to come, got ${expires}`);
  if (file === '') throw new Error('--file: expected a file of keys, got none');
  console.log(addKey(file, request));
  // beside the key, so that standard output is the key alone
  console.error(`${file}: added ${request.name} for ${request.scopes.join(', ')}; the key will not be shown again`);
}
