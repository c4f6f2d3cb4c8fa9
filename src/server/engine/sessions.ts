import type { Duration } from '../../protocol/duration.ts';
import type { RefusalReason } from '../../protocol/end-reason.ts';
import type { RememberTokens } from './remember-tokens.ts';
import type { CreateSession, IssuedSession, Session } from './session.ts';
import type { ScopedData } from './scoped-data.ts';
import type { SessionData } from './session-data.ts';
import type { SessionEvent } from './session-event.ts';
import type { SessionTypes } from './session-types.ts';
import type { SessionUsers } from './session-users.ts';

export type { CreateSession, Device, IssuedSession, Renewal, Session } from './session.ts';

/** What {@link Sessions.refresh} takes. */
export interface RefreshRequest {
  refreshToken: string;
  /** `Idempotency-Key` of the attempt; null means a fresh key, that is strict rotation. */
  attemptKey: string | null;
  /**
   * Cookie mode: the last attempt keys with the generation each was made for. The one for the token's generation counts; who
   * names that of the newest rotation gets its answer again, whatever the cookie is.
   */
  attemptKeys?: ReadonlyArray<{ generation: number; key: string }>;
  /** Thumbprint of the key that proved itself with the request, or null when none did. */
  keyThumbprint: string | null;
  /** Cookie mode names the current generation in a `stale` answer. */
  cookieMode?: boolean;
}

/** What became of a refresh. Only `ended` is definite; the store failing is a thrown `store_unavailable`. */
export type RefreshOutcome =
  | ({ outcome: 'rotated' | 'replayed' | 'ahead' } & IssuedSession)
  | { outcome: 'stale'; sessionId: string; generation: number }
  | { outcome: 'ended'; reason: RefusalReason; sessionId: string | null }
  | { outcome: 'wrong_key'; sessionId: string }
  | { outcome: 'too_many_replays'; retryAfterMs: number };

/** A page of sessions. */
export interface SessionPage {
  sessions: Session[];
  /** Pass it back to get the next page; null on the last. */
  cursor: string | null;
}

/** The domain: session records and what can be done with them. No HTTP, no database, no timers, no JWT library. */
export interface Sessions {
  /** Throws `session_exists` when `id` is taken by a session that still lives. */
  create(input: CreateSession): Promise<IssuedSession>;
  /** The session, or null when it does not exist or is dead. Reading is not activity. */
  get(id: string): Promise<Session | null>;
  /** Like `get`, but a dead session is returned too, with its `endReason`, as long as its tombstone is kept. */
  inspect(id: string): Promise<Session | null>;
  /**
   * The live session of a refresh token, for a server that renders a page: nothing is rotated, issued or moved. Null when the
   * token is forged, older than the last refresh but one, or its session is over. The key of a bound session is not asked for,
   * so this is for showing, and never for letting somebody in.
   */
  getByToken(refreshToken: string): Promise<Session | null>;
  /** Whether it lives. Never throws for an id that is unknown or dead. */
  isValid(id: string): Promise<boolean>;
  /** Milliseconds until its end; 0 when it is dead, null when nothing ends it. Throws `session_not_found`. */
  timeRemaining(id: string): Promise<number | null>;
  /** Whether a token with this session id and stamp is still good: live, and stamped after the user's not-before. */
  check(id: string, stamp: number): Promise<SessionCheck>;
  refresh(request: RefreshRequest): Promise<RefreshOutcome>;
  /**
   * The tokens of a live session once more, for a back end that repeats a `create` whose answer was lost. They are the same
   * ones: two clients that both get them are taken for a thief and an owner. Throws `session_not_found`, `session_ended`.
   */
  reissue(id: string): Promise<IssuedSession>;
  /** The person did something, `action` in the app's words. Moves `lastActivityAt`, and the window by its renewal policy. Throws `session_ended`. */
  touch(id: string, action?: string): Promise<Session>;
  /**
   * The person proved anew who they are: `authenticatedAt` is now, and `acr` says how. Access tokens that are minted from here on
   * say so (`auth_time`, `acr`), those of before are `claims_stale`. No activity. Throws `session_not_found`, `session_ended`.
   */
  reauthenticated(id: string, how?: { acr?: string | null }): Promise<Session>;
  /**
   * Moves the end of the window by `by`, from where it is; without `by` the window starts anew, as after a use. Never past
   * the absolute end: then `clamped` is true. Throws `session_ended`, and `not_supported` when the session has no window.
   */
  extend(id: string, by?: Duration): Promise<{ session: Session; clamped: boolean }>;
  /**
   * Sets the end of the window, earlier or later, never past the absolute end; an instant that has passed ends the session now.
   * A power cut may forget it; `revoke` is never forgotten.
   */
  setEnd(id: string, at: number): Promise<{ session: Session; clamped: boolean }>;
  /** A back end renews a session whose token it hands out itself: the window starts anew, the token of before is superseded. */
  renew(id: string): Promise<Session>;
  /** Ends one session; true when it was live. Idempotent. */
  revoke(id: string, reason: 'signed_out_elsewhere' | 'revoked'): Promise<boolean>;
  /**
   * Ends the session of a refresh or revocation token (RFC 7009); true when it was live, false for any other token.
   * A bound refresh token without its key's thumbprint throws `invalid_dpop_proof`.
   */
  revokeByToken(token: string, keyThumbprint: string | null): Promise<boolean>;
  /** Ends all sessions of a user in one step, whatever their number, and the user's remember tokens. Answers how many were live. */
  revokeAll(userId: string): Promise<{ count: number; notBefore: number }>;
  /**
   * Ends all sessions of a user but one, which gets a new stamp, and the user's remember tokens. Throws `session_not_found` or
   * `session_ended`, and ends nothing, when that one is not live.
   */
  revokeOthers(userId: string, keepId: string): Promise<{ count: number; notBefore: number; kept: IssuedSession }>;
  /**
   * Ends all sessions of everybody, and all remember tokens: after a backup was restored, or when nobody can be trusted any more.
   * Other servers of the store keep to it within a second; who signs in at one of them meanwhile may have to do so again.
   */
  revokeEverybody(): Promise<{ notBefore: number }>;
  /**
   * What access tokens say of a user has changed: roles, a tenant. Access tokens of before are `claims_stale` in `check` and to
   * the session server, so clients refresh by themselves and go on; nobody is signed out. Change what `claims` answers first.
   * Answers how many sessions live. Takes a step for each of them.
   */
  claimsChanged(userId: string): Promise<{ count: number }>;
  /** Ends a user's sessions of one type, but for `except`. Answers how many were live. */
  revokeOfType(userId: string, type: string, options?: { except?: string }): Promise<{ count: number }>;
  /** Live sessions of a user, newest first, of one type or of all. */
  list(userId: string, page?: { limit?: number; cursor?: string; type?: string }): Promise<SessionPage>;
  data: SessionData;
  scoped: ScopedData;
  types: SessionTypes;
  users: SessionUsers;
  remember: RememberTokens;
  /** Events as they happen, in any process that shares the store. A listener that throws or hangs disturbs nobody. */
  subscribe(listener: (event: SessionEvent) => void, filter?: { userId?: string; sessionId?: string }): () => void;
  /** Persisted events after a cursor, oldest first. */
  events(query: { userId: string; after?: number; limit?: number }): Promise<SessionEvent[]>;
  /**
   * Removes dead sessions whose tombstones are no longer due, and what led to them: ids of your own, also of sessions that had no
   * absolute end. Answers how many sessions. Call it every few minutes.
   */
  sweep(): Promise<number>;
  /** Clears the list of one user of sessions that died unseen. Answers how many; 0 for a user without any. */
  sweepUser(userId: string): Promise<number>;
  close(): Promise<void>;
}

/** The answer of {@link Sessions.check}. */
export type SessionCheck =
  | { ok: true; session: Session }
  | { ok: false; why: 'ended'; reason: RefusalReason }
  | { ok: false; why: 'claims_stale' };
