import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { examples } from '@housing/bench/examples.js';
import t, { type Test } from 'tap';
import { exchange } from './support/exchange.js';
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
  /** Sends a request on each connection at once, and something else behind them, and waits for all answers. */
  async function askAll(sendElse = () => {}): Promise<string[]> {
    events.length = 0;
    for (const socket of sockets) socket.write(request);
    sendElse();
    const answers = await Promise.all(sockets.map((socket) => once(socket, 'data')));
    for (const [chunk] of answers) t.ok(String(chunk).endsWith(answer), 'the right answer');
    return [...events];
  }
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });
  return Object.assign(askAll, { port, app });
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

t.test('among many too, what is refused before its body breaks HTTP is refused once', async (t) => {
  const askAll = await start(t, 8);
  const broken = 'POST /nothing HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\nno length\r\n';
  for (let n = 0; n < 20; n++) {
    let received: Promise<string> | undefined;
    await askAll(() => {
      received = exchange(askAll.port, broken);
    });
    t.match(await received, /^HTTP\/1\.1 404 /);
  }
  const { body: metrics } = await askAll.app.inject('/metrics');
  t.match(metrics, '{code="unknown_route"} 20\n');
  t.match(metrics, '{code="malformed_request"} 0\n');
});
