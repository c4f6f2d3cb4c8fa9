import type { Duration } from '../../protocol/duration.ts';
import type { RefusalReason } from '../../protocol/end-reason.ts';
import type { JsonObject } from './json.ts';
import type { RememberTokens } from './remember-tokens.ts';
import type { ScopedData } from './scoped-data.ts';
import type { SessionData } from './session-data.ts';
import type { SessionEvent } from './session-event.ts';
import type { SessionTypes } from './session-types.ts';
import type { SessionUsers } from './session-users.ts';

/** A session as back ends see it. Times are epoch milliseconds on the server's clock. Holds nothing secret. */
export interface Session {
  /** `session_` + base64url(user tag 12 bytes | sid 16 bytes). A handle, not a secret. */
  id: string;
  /** The id its creator gave it, or null; every operation takes this one, too. */
  alias: string | null;
  type: string;
  userId: string;
  state: 'active' | 'renewal_due' | 'expired' | 'revoked';
  createdAt: number;
  updatedAt: number;
  /** The last thing the person did ({@link Sessions.touch}); reading and refreshing are not activity. */
  lastActivityAt: number;
  lastRefreshedAt: number | null;
  /** The earliest of window, idle and absolute end; null when nothing ends it. */
  endsAt: number | null;
  windowEndsAt: number | null;
  absoluteEndsAt: number | null;
  idleTimeoutMs: number | null;
  renewal: Renewal;
  remembered: boolean;
  /** Number of the current rotation. */
  generation: number;
  /** RFC 7638 thumbprint of the key the session is bound to (RFC 9449), or null. */
  keyThumbprint: string | null;
  device: Device;
  /** What was known of the surroundings at creation (an address, a risk score). Never changed, never part of a decision. */
  trustContext: JsonObject | null;
  /** What the person did last, in the app's words. */
  lastAction: { action: string; at: number } | null;
  /** Number of the session token that is good now; {@link Sessions.renew} raises it. */
  tokenGeneration: number;
  /** Why it is over, when it is. */
  endReason: RefusalReason | null;
  data: JsonObject;
  /** Raised by every write of the data (a touch or a refresh is no conflict); pass it back as `ifVersion` for a compare-and-set. */
  version: number;
}

/**
 * What moves the window end: `'none'` nothing; `'manual'` a refresh; `'access'` a touch or a refresh; `'half-life'` a touch
 * or a refresh in the second half of the window. Never back, and never past the absolute end.
 */
export type Renewal = 'none' | 'manual' | 'access' | 'half-life';

/** What a person recognises a session by in the list of their devices. */
export interface Device {
  label: string | null;
  userAgent: string | null;
}

/** What {@link Sessions.create} takes. Everything but `userId` has a default. */
export interface CreateSession {
  /** May be left out where the type has a selector, which then finds it in the data. */
  userId?: string;
  type?: string;
  /** An id of the caller's choice: 1 to 128 characters of `A-Za-z0-9_.:~-`. It leads to the session as its own id does. */
  id?: string;
  /** A fixed end instead of a window: nothing moves it but {@link Sessions.setEnd}. */
  endsAt?: number;
  /** At most 4 KiB of JSON. */
  trustContext?: JsonObject | null;
  /** Most live sessions this user may have, this one included; the oldest end. Default: the engine's; null for any number. */
  maxPerUser?: number | null;
  /** A longer stay (own defaults: idle 14 days, absolute 30 days), marked so that a step-up can ask for it. */
  remember?: boolean;
  idleTimeout?: Duration | null;
  absoluteTimeout?: Duration | null;
  window?: Duration | null;
  renewal?: Renewal;
  device?: Partial<Device>;
  /** RFC 7638 thumbprint of the client's key; binds the session to it. */
  keyThumbprint?: string | null;
  data?: JsonObject;
}

/** A session together with the secrets that are told once, to its client. */
export interface IssuedSession {
  session: Session;
  refreshToken: string;
  /** Fixed for the life of the session; it can only revoke. */
  revocationToken: string;
  /** The user's not-before stamp at creation; access tokens carry it. */
  stamp: number;
}

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
   * Moves the end of the window by `by`, from where it is; without `by` the window starts anew, as after a use. Never past
   * the absolute end: then `clamped` is true. Throws `session_ended`, and `not_supported` when the session has no window.
   */
  extend(id: string, by?: Duration): Promise<{ session: Session; clamped: boolean }>;
  /** Sets the end of the window, earlier or later, never past the absolute end; an instant that has passed ends the session now. */
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
  /** Ends all sessions of a user but one, which gets a new stamp. Throws `session_not_found` or `session_ended`, and ends nothing, when that one is not live. */
  revokeOthers(userId: string, keepId: string): Promise<{ count: number; notBefore: number; kept: IssuedSession }>;
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
  /** Removes dead sessions whose tombstones are no longer due. Answers how many. */
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
