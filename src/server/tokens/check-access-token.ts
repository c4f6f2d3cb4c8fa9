import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { SessionError } from '../../protocol/session-error.ts';
import { isAccessClaims, requiredClaims, type AccessClaims } from './access-claims.ts';

/** What {@link checkAccessToken} holds a token against. */
export interface AccessTokenRules {
  getKey: JWTVerifyGetKey;
  issuer: string;
  audience: string | string[];
  /** Algorithms allowed; the header of the token has no say. */
  algorithms: string[];
  /** Epoch milliseconds. */
  now: number;
  /** Clock skew allowed, in milliseconds. */
  toleranceMs: number;
}

const futureIssueMs = 60_000;
/** Longer strings are refused unread; ours have about 800 characters. */
const longestAccessToken = 8192;

/** jose's codes that speak of the token; every other failure is one of getting keys. */
const tokenFaults = new Set([
  'ERR_JOSE_ALG_NOT_ALLOWED',
  'ERR_JOSE_NOT_SUPPORTED',
  'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
  'ERR_JWKS_NO_MATCHING_KEY',
  'ERR_JWS_INVALID',
  'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  'ERR_JWT_CLAIM_VALIDATION_FAILED',
  'ERR_JWT_INVALID',
]);

/**
 * Checks signature, type, issuer, audience and times of an access token (RFC 9068 section 4).
 *
 * @throws SessionError `invalid_token`, `token_expired`, or a retryable `server_error` when no keys could be had
 */
export async function checkAccessToken(token: string, rules: AccessTokenRules): Promise<AccessClaims> {
  if (token.length > longestAccessToken) throw invalidToken('it is too long');
  const { issuer, audience, algorithms, now, toleranceMs } = rules;
  const currentDate = new Date(now);
  const clockTolerance = toleranceMs / 1000;
  const options = { typ: 'at+jwt', issuer, audience, algorithms, requiredClaims, currentDate, clockTolerance };
  let payload: object;
  try {
    ({ payload } = await jwtVerify(token, rules.getKey, options));
  } catch (cause) {
    throw translated(cause);
  }
  if (!isAccessClaims(payload)) throw invalidToken('its claims have wrong types');
  if (payload.iat * 1000 > now + futureIssueMs) throw invalidToken('it was issued in the future');
  if (isExpired(payload, now - toleranceMs)) throw tokenExpired();
  return payload;
}

/** Whether the token has ended, to the millisecond. */
export function isExpired(claims: AccessClaims, now: number): boolean {
  return claims.exp * 1000 <= now;
}

/** The one error for a token past its end. */
export function tokenExpired(): SessionError {
  return new SessionError('token_expired', 'The access token has expired; refresh it.', { status: 401 });
}

function translated(cause: unknown): unknown {
  if (cause instanceof SessionError) return cause;
  if (cause instanceof errors.JWTExpired) return tokenExpired();
  if (cause instanceof errors.JOSEError && tokenFaults.has(cause.code))
    return invalidToken('it was not issued by us', cause);
  return new SessionError('server_error', 'The keys that verify access tokens cannot be had; try again.', {
    cause,
    status: 503,
    retryable: true,
  });
}

function invalidToken(why: string, cause?: unknown): SessionError {
  const message = `The access token is not accepted: ${why}.`;
  return new SessionError('invalid_token', message, { status: 401, ...(cause === undefined ? {} : { cause }) });
}
