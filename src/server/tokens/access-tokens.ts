import { base64url, CompactSign, decodeProtectedHeader, errors, type JSONWebKeySet } from 'jose';
import { durationMs, type Duration } from '../../protocol/duration.ts';
import type { JsonObject } from '../engine/json.ts';
import type { Clock } from '../engine/ports.ts';
import type { Session } from '../engine/sessions.ts';
import type { AccessClaims } from './access-claims.ts';
import { checkAccessToken, isExpired, tokenExpired, type AccessTokenRules } from './check-access-token.ts';
import { createKeyRing } from './key-ring.ts';
import { memoryKeyStore, type KeyStore } from './key-store.ts';
import { checkOwnClaims } from './own-claims.ts';
import { createRecentMap } from './recent-map.ts';
import { signingAlgorithms, type SigningAlgorithm } from './signing-key.ts';

/** What {@link createAccessTokens} takes. */
export interface AccessTokensOptions {
  /** URL of this server, as tokens name it (`iss`). */
  issuer: string;
  /** For whom the tokens are (`aud`): the URL of the API. */
  audience: string;
  /** `client_id` of the tokens. Default: `'browser'`. */
  clientId?: string;
  /** Life of a token; each is up to 5 % shorter, so that tabs do not come back all at once. Default: `'5m'`. */
  life?: Duration;
  /** Default: `'ES256'`. */
  algorithm?: SigningAlgorithm;
  /** Where signing keys rest. Default: in memory, so that tokens do not outlive the process. */
  keyStore?: KeyStore;
  /** How long one key signs. Default: `'30d'`. */
  rotateEvery?: Duration;
  clock?: Clock;
}

/** An access token and what its client must know of it. */
export interface IssuedAccessToken {
  token: string;
  tokenType: 'Bearer' | 'DPoP';
  /** Life in seconds. */
  expiresIn: number;
}

/** Mints and checks access tokens. */
export interface AccessTokens {
  readonly issuer: string;
  readonly audience: string;
  readonly clientId: string;
  readonly algorithm: SigningAlgorithm;
  /**
   * Mints a token for a session. `bound` puts the thumbprint of the session's key into it (RFC 9449 section 6); `claims` are
   * the app's own.
   * @throws SessionError `invalid_argument` for claims with a reserved name, of more than 2048 bytes, or that are no JSON
   */
  issue(input: {
    session: Session;
    stamp: number;
    bound: boolean;
    claims?: JsonObject | undefined;
  }): Promise<IssuedAccessToken>;
  /**
   * Signature, type, issuer, audience and times; whether the session still lives is for `sessions.check` to say.
   * @throws SessionError `invalid_token`, `token_expired`
   */
  verify(token: string): Promise<AccessClaims>;
  /** The published keys (RFC 7517). Empty with `HS256`. */
  keySet(): Promise<JSONWebKeySet>;
  /** Makes the next signing key now. Answers its name. */
  rotate(): Promise<string>;
  /**
   * Takes a signing key away at once: one that was stolen. Its tokens are refused here from now on, by other servers of the same
   * key store within five seconds, and by APIs when they have read the key set again. Clients refresh by themselves. If it signs,
   * the next key does from now on, or a new one. Answers false when there is no key of this name.
   */
  retire(kid: string): Promise<boolean>;
}

const jitter = 0.05;
const skewMs = 60_000;
const verifiedLimit = 10_000;
/** Above this, lives are whole seconds, as RFC 6749 readers expect; short lives (tests, demos) keep their milliseconds. */
const wholeSecondsFromMs = 60_000;

/** Access tokens by the JWT profile of RFC 9068, signed with keys that rotate on schedule. */
export function createAccessTokens(options: AccessTokensOptions): AccessTokens {
  const { issuer, audience, clientId = 'browser', algorithm = 'ES256', clock = { now: () => Date.now() } } = options;
  const lifeMs = durationMs(options.life ?? '5m');
  const keys = createKeyRing({
    store: options.keyStore ?? memoryKeyStore(),
    algorithm,
    rotateEvery: options.rotateEvery ?? '30d',
    keepMs: lifeMs + skewMs,
    clock,
  });
  const encoder = new TextEncoder();
  const verified = createRecentMap<{ claims: AccessClaims; kid: string }>(verifiedLimit);
  const getKey: AccessTokenRules['getKey'] = async ({ kid, alg }) => {
    const key = typeof kid === 'string' ? await keys.find(kid) : null;
    // The key decides the algorithm: a public key must never serve as an HMAC secret.
    if (!key || key.algorithm !== alg) throw new errors.JWKSNoMatchingKey();
    return key.verifyWith;
  };

  async function issue(input: Parameters<AccessTokens['issue']>[0]): Promise<IssuedAccessToken> {
    const { session, stamp, bound, claims: own } = input;
    if (own !== undefined) checkOwnClaims(own);
    const now = clock.now();
    const key = await keys.current();
    const endsAt = endOf(now, session);
    const isBound = bound && session.keyThumbprint !== null;
    const claims: AccessClaims = {
      ...own,
      iss: issuer,
      aud: audience,
      sub: session.userId,
      client_id: clientId,
      sid: session.id,
      session_type: session.type,
      session_stamp: stamp,
      gen: session.generation,
      jti: base64url.encode(crypto.getRandomValues(new Uint8Array(16))),
      iat: Math.floor(now / 1000),
      exp: endsAt / 1000,
      auth_time: Math.floor(session.authenticatedAt / 1000),
      ...(session.acr === null ? {} : { acr: session.acr }),
      ...(isBound && session.keyThumbprint !== null ? { cnf: { jkt: session.keyThumbprint } } : {}),
    };
    const header = { alg: algorithm, typ: 'at+jwt', kid: key.kid };
    // A claims set that is right already needs no builder, which would copy it.
    const payload = encoder.encode(JSON.stringify(claims));
    const token = await new CompactSign(payload).setProtectedHeader(header).sign(key.signWith);
    return { token, tokenType: isBound ? 'DPoP' : 'Bearer', expiresIn: lifeInSeconds(endsAt - now) };
  }

  function endOf(now: number, session: Session): number {
    const wished = now + lifeMs * (1 - Math.random() * jitter);
    const endsAt = Math.floor(Math.min(wished, session.absoluteEndsAt ?? Infinity, fixedWindowEnd(session)));
    return endsAt - now < wholeSecondsFromMs ? endsAt : Math.floor(endsAt / 1000) * 1000;
  }

  const lifeInSeconds = (ms: number): number =>
    ms < wholeSecondsFromMs ? Math.max(1, ms) / 1000 : Math.floor(ms / 1000);

  async function verify(token: string): Promise<AccessClaims> {
    const now = clock.now();
    const known = verified.get(token);
    // A key that was taken away is no proof any more, whenever the signature was checked.
    if (known && (await keys.find(known.kid)) !== null) {
      if (isExpired(known.claims, now)) throw tokenExpired();
      return known.claims;
    }
    if (known) verified.delete(token);
    const claims = await checkAccessToken(token, {
      getKey,
      issuer,
      audience,
      algorithms: signingAlgorithms,
      now,
      toleranceMs: 0,
    });
    verified.set(token, { claims, kid: String(decodeProtectedHeader(token).kid) });
    return claims;
  }

  return {
    issuer,
    audience,
    clientId,
    algorithm,
    issue,
    verify,
    keySet: keys.published,
    rotate: keys.rotate,
    retire: keys.retire,
  };
}

/** A window that nothing can renew is as hard an end as the absolute one. */
function fixedWindowEnd(session: Session): number {
  return session.renewal === 'none' ? (session.windowEndsAt ?? Infinity) : Infinity;
}
