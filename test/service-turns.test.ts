import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { examples } from '@housing/bench/examples.js';
import t, { type Test } from 'tap';
import { build } from './support/service.js';

const [{ body, answer }] = examples;
const request = `POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

/** Starts a service with some connections to it, and notes when it has read a request and when it has sent an answer. */
async function start(t: Test, nConnections: number, options: Parameters<typeof build>[1] = {}) {
  const app = build(t, options);
  const { hostname: host, port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  const events: string[] = [];
  app.server.prependListener('request', (_request, response) => {
    events.push('read');
    response.once('finish', () => events.push('sent'));
  });
  const sockets: Socket[] = [];
  while (sockets.length < nConnections) {
    const socket = connect({ port: Number(port), host });
    await once(socket, 'connect');
    sockets.push(socket);
  }
  /** Sends a request on each connection at once and waits for all answers. */
  async function askAll(): Promise<string[]> {
    events.length = 0;
    for (const socket of sockets) socket.write(request);
    const answers = await Promise.all(sockets.map((socket) => once(socket, 'data')));
    for (const [chunk] of answers) t.ok(String(chunk).endsWith(answer), 'the right answer');
    return [...events];
  }
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });
  return askAll;
}

t.test('answers to many requests that come together are sent together', async (t) => {
  const askAll = await start(t, 4);
  const together = ['read', 'read', 'read', 'read', 'sent', 'sent', 'sent', 'sent'];
  // how many there are is known from the turn before, and the system may split what was sent at once
  let events: string[] = [];
  for (let n = 0; n < 50 && String(events) !== String(together); n++) events = await askAll();
  t.same(events, together);
});

t.test('one of two waits for no other', async (t) => {
  const askAll = await start(t, 2);
  await askAll();
  t.same(await askAll(), ['read', 'sent', 'read', 'sent']);
});

t.test('answers that wait for others take no more than half the room for requests in flight', async (t) => {
  const askAll = await start(t, 12, { maxInFlight: 6 });
  // each is answered with the prediction, none refused
  for (let n = 0; n < 5; n++) t.equal((await askAll()).length, 24);
});
