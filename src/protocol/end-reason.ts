/**
 * Why a session ended. `null` in its place means that nobody was signed in.
 *
 * The server sends the ones in {@link refusalReasons} with a refused refresh (RFC 6749 section 5.2, `invalid_grant`);
 * the others are found by the client.
 */
export const endReasons = [
  /** This browser signed out. */
  'signed_out',
  /** The session was ended from another device or by another browser of the same person. */
  'signed_out_elsewhere',
  /** Nobody used it for longer than the idle limit. */
  'idle',
  /** Its window passed without being renewed. */
  'expired',
  /** Its absolute life is over; no activity can extend it. */
  'absolute_expired',
  /** An administrator or a back end ended it. */
  'revoked',
  /** All sessions of the person were ended. */
  'revoked_all',
  /** A refresh token was used by two holders (RFC 9700 section 4.14.2). */
  'reuse_detected',
  /** The token endpoint refused the refresh token and did not say why. */
  'refresh_rejected',
  /** The browser's storage was cleared under a running tab. */
  'storage_missing',
  /** What the storage held could not be read as a session. */
  'storage_corrupt',
  /** Another person signed in, and the app asked for an end in that case. */
  'identity_changed',
] as const;

/** Why a session ended. */
export type EndReason = (typeof endReasons)[number];

/** The reasons a server may give with `invalid_grant`. `unknown` is a token it never issued. */
export const refusalReasons = [
  'reuse_detected',
  'signed_out_elsewhere',
  'revoked',
  'revoked_all',
  'idle',
  'absolute_expired',
  'expired',
  'unknown',
] as const;

/** A reason that a server gives with `invalid_grant`. */
export type RefusalReason = (typeof refusalReasons)[number];
