import type { Duration } from '../../protocol/duration.ts';
import type { JsonObject } from '../../server/engine/json.ts';
import type { Renewal } from '../../server/engine/sessions.ts';
import type { Capability, Tool } from '../../server/operations/tools.ts';
import type { SessionError } from './errors.ts';
import type { ScopedValue, ValuesApi } from './session-values.ts';
import type { SessionData, SessionRecord, SessionState, SessionWithToken } from './session-record.ts';
import type { Untyped } from './stored-json.ts';

/** What `create` takes. */
export interface CreateSessionInput {
  userId: string;
  data?: object;
  /** How long it lives: seconds, or a text such as `'24h'`. Default 24 hours. */
  expiresIn?: Duration;
  /** Its end, instead of a life. No touch moves it, whatever the renewal. */
  expiresAt?: Date | string | number;
  /** An id of your choice: 1 to 128 characters of `A-Za-z0-9_.:~-`. */
  id?: string;
  /** Ends when there is no `touch` for so long; null for no such limit. Default none. */
  idleTimeout?: Duration | null;
  /** Ends so long after creation, whatever happens; null for no such limit. Default 30 days, or its life if that is longer. */
  absoluteTimeout?: Duration | null;
  /** Whether a touch starts its life anew: `'access'` always, `'half-life'` in the second half. Default `'manual'`: only a refresh. */
  renewal?: Renewal;
  /** What is known of the surroundings; kept as it is. */
  trustContext?: JsonObject;
}

/** The answer of `status`. */
export interface SessionStatus {
  state: SessionState | 'unknown';
  isActive: boolean;
  /** Milliseconds. */
  timeRemaining: number;
  /** Why it is over, when it is. */
  reason: string | null;
  /** Whether this comes from a memory instead of the store. Here: never. */
  stale: boolean;
}

/** Sessions. All errors are {@link SessionError}; times are by the clock of the server. */
export interface SessionApi extends ValuesApi {
  /** @throws `INVALID_ARGUMENT`, `INVALID_DURATION`, `SESSION_EXISTS`, and what `set` throws. */
  create<Data = SessionData>(input: CreateSessionInput): Promise<SessionWithToken<Data>>;
  /** The session of a token: as it is, after `Bearer `, or as `tag:token`. Throws when it is not good, or the session is over. */
  verify<Data = SessionData>(token: string): Promise<SessionRecord<Data>>;
  /** The same, and never throws for a token that is not good. */
  tryVerify<Data = SessionData>(
    token: string,
  ): Promise<{ valid: true; session: SessionRecord<Data> } | { valid: false; error: SessionError }>;
  /** Of a user, newest first, without tokens. Live ones; with `includeInactive` also those that ended in the last 7 days. */
  list<Data = SessionData>(userId: string, options?: { includeInactive?: boolean }): Promise<SessionRecord<Data>[]>;
  /** False for a session that is unknown or over. */
  isValid(id: string): Promise<boolean>;
  status(id: string): Promise<SessionStatus>;
  /** The person did something. `action` in the app's words, if you like. */
  touch(id: string, action?: string): Promise<SessionRecord>;
  /** Notes what the person did. False, and nothing else, for a session that is unknown or over. */
  track(id: string, action: string): Promise<boolean>;
  /** Adds to its life; without a duration its life starts anew. `clamped` when the absolute limit allowed less. */
  extend(id: string, by?: Duration): Promise<SessionRecord & { clamped: boolean }>;
  /** A new token for the same session; the old one is superseded, and its life starts anew. */
  refresh<Data = SessionData>(id: string): Promise<SessionWithToken<Data>>;
  /**
   * Sets its end, earlier or later. An instant that has passed ends it now. None goes beyond the absolute end, by default 30 days
   * after creation: the answer has that end then, and `clamped` is true. Pass `absoluteTimeout` to `create` for more.
   */
  setExpiration(id: string, at: Date | string | number): Promise<SessionRecord & { clamped: boolean }>;
  /** Milliseconds; 0 when it is over, Infinity when nothing ends it. Throws `SESSION_NOT_FOUND`. */
  timeRemaining(id: string): Promise<number>;
  /** Signs out. True when it was live. */
  delete(id: string): Promise<boolean>;
  /**
   * Signs a user out everywhere in one step, remember tokens included; but for one session with `except`. Answers how many were
   * live. Handlers of this SDK object hear `Session.revoked` for each of them. Another process, and another SDK object on the
   * same engine, hears one `User.sessions_revoked` instead.
   */
  deleteAll(userId: string, options?: { except?: string }): Promise<number>;
  /** Clears away sessions that are over. Answers how many. */
  sweep(): Promise<number>;
  /** Clears a user's list of sessions that ended unseen. Answers how many. */
  cleanupExpired(userId: string): Promise<number>;
  /** A value beside the session with a life of its own, 24 hours unless told otherwise. It can be read after the session's end. */
  scoped(id: string, name: string, options?: { ttl?: Duration }): ScopedValue;
  /** Everything of one session, without saying its id each time. */
  use(id: string): SessionHandle;
  /** Everything that the engine can do, as tools for an agent: described in JSON Schema, checked, and without tokens. */
  tools(): readonly Tool[];
  /** The same in short. */
  describe(): Capability[];
}

type OfOne = Pick<
  SessionApi,
  | 'clear'
  | 'delete'
  | 'extend'
  | 'isValid'
  | 'merge'
  | 'remove'
  | 'scoped'
  | 'set'
  | 'setExpiration'
  | 'status'
  | 'timeRemaining'
  | 'touch'
  | 'track'
  | 'update'
>;
type WithoutId<Method> = Method extends (id: string, ...rest: infer Rest) => infer Answer
  ? (...rest: Rest) => Answer
  : never;

/** One session. */
export type SessionHandle = { [Name in keyof OfOne]: WithoutId<OfOne[Name]> } & {
  readonly id: string;
  get<Data = SessionData>(): Promise<SessionRecord<Data> | null>;
  get<Value = Untyped>(key: string): Promise<Value | null>;
  mutate<Value = Untyped>(key: string, change: (value: Value | null) => unknown): Promise<Value>;
  refresh<Data = SessionData>(): Promise<SessionWithToken<Data>>;
};
