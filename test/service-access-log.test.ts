import t, { type Test } from 'tap';
import { makeKey, openKeys } from './support/keys.js';
import { build } from './support/service.js';

const alice = makeKey('alice', ['predict']);
const eve = makeKey('eve', ['predict']);
const row = { CHAS: 0, RM: 6.575, TAX: 296, PTRATIO: 15.3, B: 396.9, LSTAT: 4.98765 };

/** What the log has after a request of each kind: answered, and refused for each reason. */
async function logOf(t: Test, level: string): Promise<string> {
  const log: string[] = [];
  const { authenticate } = openKeys(t, [alice]);
  const app = build(t, { authenticate, logger: { level, stream: { write: (line: string) => log.push(line) } } });
  const credentials = [
    { authorization: `Bearer ${alice.key}` },
    { 'x-api-key': alice.key },
    { 'x-api-key': eve.key },
    { authorization: `Basic ${eve.key}` },
    { authorization: `Bearer ${eve.key}`, 'x-api-key': alice.key },
    { authorization: `Bearer ${alice.key} ${eve.key}` },
  ];
  for (const headers of credentials) {
    const send = (payload: string, contentType = 'application/json') =>
      app.inject({ method: 'POST', url: '/predict', headers: { ...headers, 'content-type': contentType }, payload });
    await send(JSON.stringify([row]));
    await send('[{"RM":"topsecret"}]');
    await send('topsecret');
    await send('topsecret', 'text/plain');
    await app.inject({ url: '/models', headers });
  }
  return log.join('');
}

t.test('who sent a request stands in its line', async (t) => {
  const lines = (await logOf(t, 'info')).trim().split('\n');
  const clients = lines.map((line) => JSON.parse(line)).map(({ client, status }) => `${client} ${status}`);
  t.strictSame(clients.slice(0, 5), ['alice 200', 'alice 400', 'alice 400', 'alice 415', 'alice 403']);
  t.strictSame(clients.slice(-5), Array(5).fill('undefined 401'));
});

t.test('no key stands in the log, at any level', async (t) => {
  for (const level of ['info', 'debug', 'trace']) {
    const log = await logOf(t, level);
    t.match(log, '"client":"alice"', level);
    for (const { key, entry } of [alice, eve]) {
      t.notMatch(log, key.slice('housing_'.length), level);
      t.notMatch(log, entry.sha256, level);
    }
  }
});

t.test('no payload stands in the log above debug', async (t) => {
  const value = String(row.LSTAT);
  t.match(await logOf(t, 'debug'), value);
  const log = await logOf(t, 'info');
  t.notMatch(log, value);
  t.notMatch(log, 'topsecret');
});
