import { examples } from '@housing/bench/examples.js';
import { type AccessSettings, openAccess } from '@housing/service';
import t, { type Test } from 'tap';
import {
  makePair,
  type SigningKey,
  signToken,
  signWithPublicKey,
  startIssuer,
  unsignedToken,
} from './support/issuer.js';
import { build } from './support/service.js';

const [{ body, answer }] = examples;
const rsa = makePair('rsa');
const ec = makePair('ec', 'ES256');
const audience = 'https://housing.example';

/** An app that takes the tokens of an issuer with these keys, the lines of its log, and how it answers. */
async function buildWithIssuer(t: Test, keys: SigningKey[] = [rsa], settings: Partial<AccessSettings> = {}) {
  const issuer = await startIssuer(t, keys);
  const access = await openAccess({ auth: 'jwt', jwtIssuer: issuer.url, jwtAudience: audience, ...settings });
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
  const app = build(t, { authenticate: access.authenticate, auth: 'jwt', logger: { level: 'info', stream } });
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer.url, aud: audience, sub: 'alice', scope: 'predict', exp: now + 3600 };

  const ask = (authorization: string | undefined, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url: '/predict',
      headers: {
        'content-type': 'application/json',
        ...headers,
        ...(authorization === undefined ? {} : { authorization }),
      },
      payload: body,
    });
  const bear = (token: string) => ask(`Bearer ${token}`);
  return { issuer, access, app, lines, now, claims, ask, bear };
}

t.test('a token of the issuer is taken, and its subject logged', async (t) => {
  const { bear, claims, lines } = await buildWithIssuer(t);
  const response = await bear(signToken(rsa, claims));
  t.equal(response.body, answer);
  t.match(lines, [{ client: 'alice', status: 200 }]);
});

t.test('every algorithm that is pinned is taken, and no other', async (t) => {
  const both = await buildWithIssuer(t, [rsa, ec], { jwtAlgorithms: 'RS256,ES256' });
  for (const key of [rsa, ec]) t.equal((await both.bear(signToken(key, both.claims))).statusCode, 200);
  const one = await buildWithIssuer(t, [rsa, ec], { jwtAlgorithms: 'ES256' });
  t.equal((await one.bear(signToken(ec, one.claims))).statusCode, 200);
  const refused = await one.bear(signToken(rsa, one.claims));
  t.equal(refused.statusCode, 401);
  t.match(refused.json().detail, '"alg" (Algorithm) Header Parameter value not allowed');
});

t.test('the keys are fetched once, from where the configuration or JWT_JWKS_URL says', async (t) => {
  const discovered = await buildWithIssuer(t);
  const token = signToken(rsa, discovered.claims);
  const answers = await Promise.all([discovered.bear(token), discovered.bear(token)]);
  t.strictSame(
    [...answers, await discovered.bear(token)].map(({ statusCode }) => statusCode),
    [200, 200, 200],
  );
  t.strictSame(discovered.issuer.asked, ['/.well-known/openid-configuration', '/keys']);

  const { url } = discovered.issuer;
  const told = await buildWithIssuer(t, [], { jwtIssuer: url, jwtJwksUrl: `${url}/keys` });
  t.equal((await told.bear(token)).statusCode, 200);
  t.strictSame(discovered.issuer.asked.slice(2), ['/keys']);
});

t.test('who bears no token is told to, also with a key', async (t) => {
  const { ask } = await buildWithIssuer(t);
  for (const headers of [{}, { 'x-api-key': 'housing_key' }]) {
    const response = await ask(undefined, headers);
    t.equal(response.statusCode, 401);
    t.equal(response.headers['www-authenticate'], 'Bearer realm="housing"');
    const detail = 'expected a token in Authorization: Bearer, got none';
    t.match(response.json(), { code: 'credentials_required', detail });
  }
});

t.test('a token that is not for this service, not now or not signed by the issuer is refused', async (t) => {
  const { bear, claims, now } = await buildWithIssuer(t, [rsa, ec], { jwtAlgorithms: 'RS256,ES256' });
  const { exp, sub, aud, ...rest } = claims;
  const good = signToken(rsa, claims);
  const [head, payload, signature] = good.split('.');
  const forged = Buffer.from(JSON.stringify({ ...claims, scope: 'admin predict' })).toString('base64url');
  const wrong: [string, string, string][] = [
    ['expired', signToken(rsa, { ...claims, exp: now - 1 }), '"exp" claim timestamp check failed'],
    ['not yet', signToken(rsa, { ...claims, nbf: now + 60 }), '"nbf" claim timestamp check failed'],
    ['for ever', signToken(rsa, { ...rest, sub, aud }), 'missing required "exp" claim'],
    ['of nobody', signToken(rsa, { ...rest, exp, aud }), 'missing required "sub" claim'],
    ['of no name', signToken(rsa, { ...claims, sub: '' }), '"sub" claim must be a text'],
    ['of a number', signToken(rsa, { ...claims, sub: 1 }), '"sub" claim must be a'],
    ['for another', signToken(rsa, { ...claims, aud: 'https://other.example' }), 'unexpected "aud" claim value'],
    ['for none', signToken(rsa, { ...rest, exp, sub }), 'missing required "aud" claim'],
    ['of another issuer', signToken(rsa, { ...claims, iss: 'https://other.example' }), 'unexpected "iss" claim value'],
    ['by another key of that name', signToken(makePair('rsa'), claims), 'signature verification failed'],
    ['by a key of another name', signToken(makePair('other'), claims), 'no applicable key found'],
    ['by a secret', signWithPublicKey(rsa, claims), '"alg" (Algorithm) Header Parameter value not allowed'],
    ['not signed', unsignedToken(claims), '"alg" (Algorithm) Header Parameter value not allowed'],
    ['by one key as if by another', signToken(rsa, claims, { kid: 'ec' }), 'no applicable key found'],
    ['with other claims', `${head}.${forged}.${signature}`, 'signature verification failed'],
    ['without a signature', `${head}.${payload}.`, 'signature verification failed'],
    ['no token', 'housing_key', 'Invalid Compact JWS'],
    ['no JSON', `${head}.e30x.${signature}`, 'signature verification failed'],
  ]; // biome-ignore format: a token a line
  for (const [what, token, reason] of wrong) {
    const response = await bear(token);
    t.equal(response.statusCode, 401, what);
    t.equal(response.headers['www-authenticate'], 'Bearer realm="housing", error="invalid_token"');
    const { code, detail } = response.json();
    t.equal(code, 'invalid_credentials', what);
    t.ok(detail.startsWith(`expected a token for this service, got: ${reason}`), `${what}: ${detail}`);
  }
  t.equal((await bear(good)).statusCode, 200);
});

t.test('scopes come in scope or in scp, as text or as a list', async (t) => {
  const { bear, claims } = await buildWithIssuer(t);
  const { scope: _, ...without } = claims;
  const statusOf = async (more: object) => (await bear(signToken(rsa, { ...without, ...more }))).statusCode;
  for (const more of [{ scope: 'email predict' }, { scp: 'predict email' }, { scp: ['email', 'predict'] }])
    t.equal(await statusOf(more), 200, JSON.stringify(more));
  for (const more of [{}, { scope: 'predictions' }, { scp: [] }, { scope: { predict: true } }, { scope: 'open' }])
    t.equal(await statusOf(more), 403, JSON.stringify(more));
  const lacking = await bear(signToken(rsa, { ...claims, scope: 'metadata admin' }));
  t.match(lacking.json(), { code: 'insufficient_scope', detail: 'expected the scope predict, got metadata, admin' });
});

t.test('no token stands in the log, at any level', async (t) => {
  const { claims, lines, app, bear } = await buildWithIssuer(t);
  app.log.level = 'trace';
  const tokens = [signToken(rsa, claims), signToken(rsa, { ...claims, aud: 'x' }), signToken(makePair('x'), claims)];
  for (const token of tokens) await bear(token);
  const log = JSON.stringify(lines);
  t.match(log, '"client":"alice"');
  for (const token of tokens) for (const part of token.split('.').slice(1)) t.notMatch(log, part);
});

t.test('what is missing or wrong of the settings is one line', async (t) => {
  const given = { auth: 'jwt', jwtIssuer: 'https://a.example', jwtAudience: 'b' } as const;
  const list = 'RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA';
  const faults: [AccessSettings, string][] = [
    [{ auth: 'jwt' }, 'JWT_ISSUER: expected a URL, got none'],
    [{ ...given, jwtIssuer: 'a.example' }, 'JWT_ISSUER: expected a URL, got "a.example"'],
    [{ ...given, jwtIssuer: 'file:///a' }, 'JWT_ISSUER: expected a URL, got "file:///a"'],
    [{ ...given, jwtAudience: undefined }, 'JWT_AUDIENCE: expected what tokens name this service, got none'],
    [{ ...given, jwtAlgorithms: 'RS256,HS256' }, `JWT_ALGORITHMS: expected some of ${list}, got "HS256"`],
    [{ ...given, jwtAlgorithms: 'none' }, `JWT_ALGORITHMS: expected some of ${list}, got "none"`],
    [{ ...given, jwtJwksUrl: 'keys' }, 'JWT_JWKS_URL: expected a URL, got "keys"'],
  ];
  for (const [settings, message] of faults) await t.rejects(openAccess(settings), { message });
});
