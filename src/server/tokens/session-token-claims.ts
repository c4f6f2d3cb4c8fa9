/** What a session token says. Times are seconds since the epoch. */
export interface SessionTokenClaims {
  /** Id of the user. */
  sub: string;
  /** Public id of the session. */
  sid: string;
  session_type: string;
  /** `tokenGeneration` of the session when the token was made; a later one supersedes it. */
  gen: number;
  jti: string;
  iss?: string;
  aud?: string;
  iat: number;
  /** Absent when the session has neither an absolute end nor a window. */
  exp?: number;
  scope?: string;
  /** The data at the time of issue, encrypted. */
  edata?: string;
}

/** Claims that every session token must carry. */
export const requiredSessionClaims: string[] = ['sub', 'sid', 'session_type', 'gen', 'jti', 'iat'];
