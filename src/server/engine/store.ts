import type { Change } from './decide-change.ts';
import type { Rotation, RotationRequest } from './decide-rotation.ts';
import type { NewEvent } from './decision.ts';
import type { SessionRecord } from './record.ts';
import type { SessionEvent } from './session-event.ts';

/** Stores with a connection answer later; those without may answer at once. */
export type Awaitable<T> = T | Promise<T>;

/** Whose sessions: the tag that leads their ids (16 characters), and the id that events name. */
export interface StoreUser {
  tag: string;
  userId: string;
}

/** Every answer tells the time it was decided by. */
export interface Timed {
  now: number;
}

/** What a step logged; publish it once the step has succeeded. */
export interface Logged {
  event: SessionEvent | null;
}

/** A decision of the engine, carried out. */
export interface Step<Answer> extends Timed, Logged {
  answer: Answer;
}

/** Answer of a read. */
export interface Reading extends Timed {
  record: SessionRecord | null;
  /** The user's not-before stamp; 0 when there is none. */
  notBefore: number;
}

/** Answer of the steps that end many sessions. */
export interface NotBeforeRaised extends Timed, Logged {
  notBefore: number;
  /** How many were live. */
  count: number;
}

/**
 * Where sessions rest. Every operation is one atomic step: it happens wholly or not at all, and steps on one session, and
 * steps on one user, are ordered. The rules are the engine's (`decideRotation`, `decideTouch`, `decidePutData`, `decideEnd`);
 * a store carries them out and logs their event in the same step.
 *
 * `now` is the engine's clock. A store shared by several machines ignores it and decides by its own.
 * Rotations may be lost in a power cut or failover (the protocol heals them); `create`, `end`, `raiseNotBefore`, `keepOne`
 * and the death of a reused session may not, once they are acknowledged.
 *
 * @throws SessionError `store_unavailable` from every operation when the store cannot answer; never "no session" instead.
 */
export interface Store {
  /** Keeps a new session under a stamp later than the user's not-before, and logs `session.created`. */
  create(user: StoreUser, session: SessionRecord, now: number): Awaitable<Step<SessionRecord>>;
  read(id: string, now: number): Awaitable<Reading>;
  rotate(id: string, request: RotationRequest, now: number): Awaitable<Step<Rotation>>;
  touch(id: string, now: number): Awaitable<Step<Change>>;
  /** Replaces the data (JSON text, null for none) if the version is still `ifVersion`. */
  putData(id: string, change: { data: string | null; ifVersion: number }, now: number): Awaitable<Step<Change>>;
  end(id: string, reason: 'signed_out_elsewhere' | 'revoked', now: number): Awaitable<Step<Change>>;
  /** Ends all sessions of a user by raising the not-before stamp: the step itself is O(1). */
  raiseNotBefore(user: StoreUser, now: number): Awaitable<NotBeforeRaised>;
  /** Like `raiseNotBefore`, and one live session gets a stamp after it. Null, and nothing done, when that one is not live. */
  keepOne(user: StoreUser, id: string, now: number): Awaitable<(NotBeforeRaised & { kept: SessionRecord }) | null>;
  /** Live sessions of a user, newest stamp first, then by id downwards; at most `limit`, those after `after`. */
  list(user: StoreUser, page: ListPage, now: number): Awaitable<Timed & { records: SessionRecord[] }>;
  /** Logs an event that goes with no change. */
  log(user: StoreUser, event: NewEvent): Awaitable<SessionEvent>;
  /** Events of a user with a cursor above `after`, oldest first. The log is bounded; the oldest leave it first. */
  events(user: StoreUser, after: number, limit: number): Awaitable<SessionEvent[]>;
  /** Marks the dead (logging `session.expired`), removes those whose tombstone is no longer due. */
  sweep(now: number): Awaitable<{ removed: number; events: SessionEvent[] }>;
  /** Idempotent. Every operation afterwards throws `store_unavailable`. */
  close(): Awaitable<void>;
}

/** A place in a list. */
export interface ListPage {
  limit: number;
  after: { stamp: number; id: string } | null;
}
