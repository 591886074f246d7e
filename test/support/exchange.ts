import { once } from 'node:events';
import { connect } from 'node:net';

/** Sends bytes to a port of this machine and returns all that comes back until the connection ends. */
export async function exchange(port: string, bytes: string): Promise<string> {
  const socket = connect(Number(port), '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.write(bytes);
  await once(socket, 'close');
  return received;
}
