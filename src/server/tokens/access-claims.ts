/** What an access token says: the JWT profile of RFC 9068 and our own claims. */
export interface AccessClaims {
  iss: string;
  aud: string | string[];
  /** Id of the user. */
  sub: string;
  client_id: string;
  /** Public id of the session. */
  sid: string;
  session_type: string;
  /** Stamp of the session; the token is stale once the user's not-before stamp has reached it (sign-out everywhere). */
  session_stamp: number;
  /** Number of the rotation that the token came with. */
  gen: number;
  jti: string;
  /** Seconds since the epoch, like every time in here. */
  iat: number;
  exp: number;
  /** When the person last proved who they are: signed in, or authenticated again. */
  auth_time: number;
  /** How they did, where the app says so (RFC 9470). */
  acr?: string;
  /** Thumbprint of the key that the token is bound to (RFC 9449 section 6.1). */
  cnf?: { jkt: string };
  /** What the app put in (`claims` of the session server): roles, a tenant. JSON; check it before you use it. */
  [own: string]: unknown;
}

/** Claims that every access token must carry (RFC 9068 section 2.2, and ours). */
export const requiredClaims: string[] = ['iss', 'aud', 'sub', 'client_id', 'sid', 'session_stamp', 'jti', 'iat', 'exp'];

/** Whether verified claims have the types that {@link AccessClaims} promises. */
export function isAccessClaims(claims: object): claims is AccessClaims {
  const { sub, sid, session_stamp: stamp, iat, exp, cnf } = claims as Record<string, unknown>;
  const isBound = cnf !== undefined;
  return (
    typeof sub === 'string' &&
    typeof sid === 'string' &&
    Number.isFinite(stamp) &&
    Number.isFinite(iat) &&
    Number.isFinite(exp) &&
    (!isBound || typeof (cnf as { jkt?: unknown } | null)?.jkt === 'string')
  );
}
