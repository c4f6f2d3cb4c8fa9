import { SessionError } from '../../protocol/session-error.ts';
import { checkJsonObject, encodeValue } from '../engine/data.ts';
import type { JsonObject } from '../engine/json.ts';

/** Names that say who and what a token is (RFC 7519, RFC 7662, RFC 9068, and ours): no app may say something else in them. */
const reservedNames: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'cnf', 'act', 'may_act', 'client_id', 'auth_time', 'acr'],
  ...['sid', 'session_type', 'session_stamp', 'gen', 'active', 'token_type'],
]);

/** Access tokens travel with every request, and headers have bounds. */
const mostBytes = 2048;

/**
 * Throws unless an app's own claims can go into an access token: a plain object of JSON, at most 2048 bytes, without a name that
 * is reserved.
 *
 * @throws SessionError `invalid_argument`
 */
export function checkOwnClaims(claims: unknown): asserts claims is JsonObject {
  try {
    checkJsonObject(claims);
    encodeValue(claims, mostBytes);
  } catch (cause) {
    throw invalid(`they must be a plain object of JSON, of at most ${mostBytes} bytes`, cause);
  }
  const taken = Object.keys(claims).find((name) => reservedNames.has(name));
  if (taken !== undefined) throw invalid(`'${taken}' is a name of ours; choose another one`);
}

function invalid(why: string, cause?: unknown): SessionError {
  const message = `These claims cannot go into an access token: ${why}.`;
  return new SessionError('invalid_argument', message, cause === undefined ? {} : { cause });
}
