import type { Duration } from '../../protocol/duration.ts';
import type { CreateSession, IssuedSession } from './session.ts';

/**
 * "Remember me" as a token of its own, for apps that keep short sessions and sign a person in again by it. Single use: each use
 * gives the next token, and the same attempt key the same one again; a second holder ends it (as with refresh tokens). Nothing
 * of it is stored that could be used. It ends with {@link Sessions.revokeAll} and {@link Sessions.revokeOthers}.
 */
export interface RememberTokens {
  /** A token for a user, good for 30 days unless told otherwise. */
  issue(userId: string, options?: { life?: Duration }): Promise<string>;
  /** A new session for the token, and the next token; null when the token is unknown, used up or over. */
  redeem(token: string, options?: Redeem): Promise<Redeemed | null>;
  /** Ends a token; true when it was good. */
  revoke(token: string): Promise<boolean>;
}

/** How a token is redeemed. */
export interface Redeem {
  /** 16 to 256 characters, the same in every retry; none means a fresh one, that is: no retry. */
  attemptKey?: string;
  /** Wishes for the new session. */
  session?: Omit<CreateSession, 'userId' | 'remember'>;
}

/** What {@link RememberTokens.redeem} gives. */
export interface Redeemed {
  session: IssuedSession;
  rememberToken: string;
}
