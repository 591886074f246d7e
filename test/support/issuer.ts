import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

/** A pair of keys, and what the issuer tells of the public one. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: 'RS256' | 'ES256';
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** Makes a pair of keys. */
export function makePair(kid: string, alg: 'RS256' | 'ES256' = 'RS256'): SigningKey {
  const pair =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { kid, alg, ...pair };
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs a token, without the library that verifies it. */
export function signToken({ kid, alg, privateKey }: SigningKey, claims: object, header: object = {}): string {
  const signed = `${base64url({ alg, kid, typ: 'JWT', ...header })}.${base64url(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

/** Signs a token with a secret: with the public key, which everybody has, where a verifier lets the token choose. */
export function signWithPublicKey({ kid, publicKey }: SigningKey, claims: object): string {
  const signed = `${base64url({ alg: 'HS256', kid, typ: 'JWT' })}.${base64url(claims)}`;
  const secret = publicKey.export({ type: 'spki', format: 'pem' });
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** A token that is not signed. */
export function unsignedToken(claims: object): string {
  return `${base64url({ alg: 'none', typ: 'JWT' })}.${base64url(claims)}.`;
}

/** An issuer of tokens: a server that tells its configuration and its keys. */
export interface Issuer {
  readonly url: string;
  /** Those that it tells; to be replaced. */
  keys: SigningKey[];
  /** The paths that it was asked for. */
  readonly asked: string[];
  /** How it answers instead of telling its keys; to be replaced. */
  instead: ((response: ServerResponse) => void) | undefined;
  /** Refuses connections. */
  stop(): Promise<void>;
}

/** Starts an issuer, which stops when the test ends. */
export async function startIssuer(t: Test, keys: SigningKey[]): Promise<Issuer> {
  const server = createServer((request, response) => {
    issuer.asked.push(request.url ?? '');
    if (issuer.instead !== undefined) return issuer.instead(response);
    const documents: Record<string, object> = {
      '/.well-known/openid-configuration': { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` },
      '/keys': {
        keys: issuer.keys.map(({ kid, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' })),
      },
    };
    const document = documents[request.url ?? ''];
    response.statusCode = document === undefined ? 404 : 200;
    response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function stop(): Promise<void> {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  t.teardown(stop);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: Issuer = { url, keys, asked: [], instead: undefined, stop };
  return issuer;
}
