import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Takes off the ports that some proxies put behind the addresses that they forward, without which Fastify knows neither the client nor
 * the next proxy by its address.
 */
export function stripPorts(app: FastifyInstance): void {
  app.addHook('onRequest', ({ headers }, _reply, done) => {
    const forwarded = headers['x-forwarded-for'];
    if (forwarded !== undefined)
      headers['x-forwarded-for'] = [forwarded].flat().join().split(',').map(stripPort).join(', ');
    done();
  });
}

/** The address in `1.2.3.4:5678`, `[::1]:5678` or `[::1]`; what is none of these as it is. */
export function stripPort(text: string): string {
  const address = text.trim();
  return /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address;
}

/** Whether a text is an address, or a range of them as `10.0.0.0/8`, which is not all there are. */
export function isAddressRange(text: string): boolean {
  const [address, length, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (length === undefined) return true;
  return /^[1-9]\d{0,2}$/.test(length) && Number(length) <= (version === 4 ? 32 : 128);
}
