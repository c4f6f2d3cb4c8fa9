import { base64url, errors, jwtVerify, SignJWT, type JSONWebKeySet } from 'jose';
import { SessionError } from '../../protocol/session-error.ts';
import { ended, notFound } from '../engine/failures.ts';
import type { JsonObject } from '../engine/json.ts';
import type { Clock } from '../engine/ports.ts';
import type { Session, Sessions } from '../engine/sessions.ts';
import { createEncryptedData } from './encrypted-data.ts';
import { requiredSessionClaims, type SessionTokenClaims } from './session-token-claims.ts';
import { ringOfKeys, ringOfSecrets, type SessionTokenKeys } from './session-token-keys.ts';
import { readTokenText } from './session-token-text.ts';
import { createSecretKeys, type TokenSecret } from './token-secrets.ts';

/** What {@link createSessionTokens} takes: a secret, or keys, or both. */
export interface SessionTokensOptions {
  /**
   * Signs tokens with HS256, unless there are `keys`, and encrypts data. Of several the first is used, and tokens of all are
   * read: put a new one in front, and take the old one out once its tokens have ended.
   */
  secret?: TokenSecret | readonly TokenSecret[];
  /** Signs tokens with keys that have a public half. */
  keys?: SessionTokenKeys;
  /** `iss` of the tokens. Default: none. */
  issuer?: string;
  /** `aud` of the tokens. Default: none. */
  audience?: string;
  clock?: Clock;
}

/** How a token is made. */
export interface IssueSessionToken {
  /** Whether the data of the session goes along, encrypted. Default: false, it stays at the server. */
  encrypt?: boolean;
  /** An earlier end than the session's own. Epoch milliseconds. */
  endsAt?: number;
  scope?: string;
}

/** A token that was found good. */
export interface VerifiedSessionToken {
  claims: SessionTokenClaims;
  session: Session;
  /** The data that the token carries, exactly as it was; null when it carries none. */
  data: JsonObject | null;
}

/**
 * Session tokens: JWTs that a back end hands out itself, in the place of short access tokens with a refresh. Each is checked
 * against its session, so the record decides, and a token is superseded by {@link Sessions.renew}. They have the type `JWT`, not
 * `at+jwt`: where an access token is expected none is accepted.
 */
export interface SessionTokens {
  /** Throws `session_ended` for a session that is over, and `payload_too_large`. */
  issue(session: Session, options?: IssueSessionToken): Promise<string>;
  /**
   * Takes the token as it came: `jwt`, `tag:jwt` (the tag of its session type), or either after `Bearer `. In this order:
   * form, signature, end of the token, whether the session is known, generation, whether the session lives.
   *
   * @throws SessionError `invalid_token`, `token_expired`, `session_not_found`, `token_superseded`, `session_ended` (with its reason)
   */
  verify(token: string, sessions: Pick<Sessions, 'inspect'>): Promise<VerifiedSessionToken>;
  /** The public keys (RFC 7517). Empty without `keys`. */
  keySet(): Promise<JSONWebKeySet>;
}

/**
 * Makes and checks session tokens.
 *
 * @throws SessionError `invalid_argument` without a secret or keys, or for a short secret.
 */
export function createSessionTokens(options: SessionTokensOptions): SessionTokens {
  const { secret, issuer, audience, clock = { now: () => Date.now() } } = options;
  const secrets = secret === undefined ? [] : isOne(secret) ? [secret] : secret;
  if (secrets.length === 0 && options.keys === undefined)
    throw new SessionError('invalid_argument', 'Session tokens need a `secret`, or `keys` to be signed with.');
  const secretKeys = createSecretKeys(secrets);
  const encrypted = createEncryptedData(secretKeys);
  const algorithm = options.keys?.algorithm ?? 'HS256';
  const keys = options.keys === undefined ? ringOfSecrets(secretKeys) : ringOfKeys(options.keys, clock);
  const binding = { issuer, audience };

  async function issue(session: Session, wishes: IssueSessionToken = {}): Promise<string> {
    if (session.endReason !== null) throw ended(session.endReason);
    const { kid, signWith } = await keys.current();
    const endsAt = Math.min(session.absoluteEndsAt ?? session.windowEndsAt ?? Infinity, wishes.endsAt ?? Infinity);
    const exp = endsAt === Infinity ? null : Math.ceil(endsAt / 1000);
    const claims: SessionTokenClaims = {
      sub: session.userId,
      sid: session.id,
      session_type: session.type,
      gen: session.tokenGeneration,
      jti: base64url.encode(crypto.getRandomValues(new Uint8Array(16))),
      ...(issuer === undefined ? {} : { iss: issuer }),
      ...(audience === undefined ? {} : { aud: audience }),
      iat: Math.floor(clock.now() / 1000),
      ...(exp === null ? {} : { exp }),
      ...(wishes.scope === undefined ? {} : { scope: wishes.scope }),
      ...(wishes.encrypt === true
        ? { edata: await encrypted.encrypt(session.data, { ...binding, sessionId: session.id, expiresAt: exp }) }
        : {}),
    };
    // `alg` comes first: readers know such a token by its first letters.
    return new SignJWT({ ...claims }).setProtectedHeader({ alg: algorithm, typ: 'JWT', kid }).sign(signWith);
  }

  async function claimsOf(jwt: string, now: number): Promise<SessionTokenClaims> {
    try {
      const { payload } = await jwtVerify<SessionTokenClaims>(
        jwt,
        async ({ kid, alg }) => {
          const key = typeof kid === 'string' ? await keys.find(kid) : null;
          // The key decides the algorithm: a public key must never serve as an HMAC secret.
          if (key === null || key.algorithm !== alg) throw new errors.JWKSNoMatchingKey();
          return key.verifyWith;
        },
        {
          typ: 'JWT',
          algorithms: [algorithm],
          requiredClaims: requiredSessionClaims,
          currentDate: new Date(now),
          ...(issuer === undefined ? {} : { issuer }),
          ...(audience === undefined ? {} : { audience }),
        },
      );
      return payload;
    } catch (cause) {
      if (cause instanceof errors.JWTExpired)
        throw new SessionError('token_expired', 'The session token has expired.', { status: 401 });
      if (cause instanceof errors.JOSEError) throw invalidToken('it was not issued by us', cause);
      // The token may be good.
      const message = 'The keys that verify session tokens cannot be had; try again.';
      throw new SessionError('store_unavailable', message, { cause, status: 503 });
    }
  }

  async function verify(token: string, sessions: Pick<Sessions, 'inspect'>): Promise<VerifiedSessionToken> {
    const text = readTokenText(token);
    if (text === null) throw invalidToken('it is no JWT');
    const now = clock.now();
    const claims = await claimsOf(text.jwt, now);
    const { sid, edata } = claims;
    if (text.tag !== null && text.tag !== claims.session_type) throw invalidToken('its type is another than its tag');
    const session = await sessions.inspect(sid);
    if (session === null) throw notFound();
    if (session.tokenGeneration !== claims.gen)
      throw new SessionError('token_superseded', 'A newer session token took the place of this one; use that.', {
        status: 401,
      });
    if (session.endReason !== null) throw ended(session.endReason);
    if (edata === undefined) return { claims, session, data: null };
    const data = await encrypted.decrypt(edata, { ...binding, sessionId: sid, now }).catch((cause: unknown) => {
      throw invalidToken('its data cannot be decrypted', cause);
    });
    return { claims, session, data };
  }

  return { issue, verify, keySet: keys.published };
}

function isOne(secret: TokenSecret | readonly TokenSecret[]): secret is TokenSecret {
  return typeof secret === 'string' || secret instanceof Uint8Array;
}

function invalidToken(why: string, cause?: unknown): SessionError {
  const message = `The session token is not accepted: ${why}.`;
  return new SessionError('invalid_token', message, { status: 401, ...(cause === undefined ? {} : { cause }) });
}
