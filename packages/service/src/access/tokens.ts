import type { FastifyBaseLogger } from 'fastify';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { Problem } from '../problem.js';
import { reasonOf } from '../reason.js';
import type { Access, Client } from './client.js';
import { bearerToken } from './credential.js';
import { openIssuer } from './issuer-keys.js';
import { scopes } from './scopes.js';
import type { TokenRules } from './token-rules.js';

/** Milliseconds after which the keys of the issuer are fetched again. */
const REFRESH = 600_000;

/** Lets in whoever bears a token (JWT, RFC 9068) of an issuer that is meant for this service. */
export function openTokens({ audience, algorithms, ...issuer }: TokenRules): Access {
  let log: FastifyBaseLogger | undefined;
  const keys = openIssuer(issuer, {
    onFailure: (error) => log?.error({ err: error }, 'keys of the issuer not fetched'),
    onRecovery: () => log?.info('keys of the issuer fetched again'),
  });
  const rules = {
    issuer: issuer.url,
    audience,
    algorithms: [...algorithms],
    requiredClaims: ['exp', 'sub'],
  };

  return {
    async authenticate({ headers }) {
      const token = bearerToken(headers);
      if (token === undefined)
        throw new Problem('credentials_required', 'expected a token in Authorization: Bearer, got none');
      try {
        return clientOf((await jwtVerify(token, keys.find, rules)).payload);
      } catch (error) {
        if (error instanceof Problem) throw error;
        // also that the key which it names cannot be used: who is let in for a token is for its issuer to say
        throw new Problem('invalid_credentials', `expected a token for this service, got: ${reasonOf(error)}`);
      }
    },
    follow(appLog) {
      log = appLog;
      keys.refresh();
      const timer = setInterval(keys.refresh, REFRESH);
      return () => clearInterval(timer);
    },
  };
}

/** Who a token is for, and those of its scopes that mean something here: in `scope`, or in `scp` as some issuers have it. */
function clientOf({ sub, scope, scp }: JWTPayload): Client {
  if (typeof sub !== 'string' || sub === '') throw new errors.JWTInvalid('"sub" claim must be a text');
  const granted = [scope, scp].flatMap((claim) => (typeof claim === 'string' ? claim.split(' ') : claim));
  return { name: sub, scopes: new Set(scopes.filter((scope) => granted.includes(scope))) };
}
