import type { Change } from './decide-change.ts';
import type { Reschedule, Rescheduled } from './decide-reschedule.ts';
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
  /** The later of the user's not-before stamp and everybody's; 0 when there is none. */
  notBefore: number;
}

/** Answer of the steps that end many sessions. */
export interface NotBeforeRaised extends Timed, Logged {
  notBefore: number;
  /** How many were live. */
  count: number;
}

/** Answer of {@link Store.raiseEverybody}. */
export interface EverybodyRaised extends Timed, Logged {
  notBefore: number;
}

/**
 * Where sessions rest. Every operation is one atomic step: it happens wholly or not at all, and steps on one session, and
 * steps on one user, are ordered. The rules are the engine's (`decideRotation`, `decideTouch`, `decideReauthenticated`, `decideOutdate`,
 * `decidePutData`, `decideReschedule`, `decideEnd`);
 * a store carries them out and logs their event in the same step.
 *
 * `now` is the engine's clock. A store shared by several machines ignores it and decides by its own.
 * Rotations may be lost in a power cut or failover (the protocol heals them); `create`, `end`, `raiseNotBefore`, `keepOne`,
 * `raiseEverybody` and the death of a reused session may not, once they are acknowledged.
 *
 * Sessions of the type {@link rememberType} are kept like others, and neither listed nor counted.
 *
 * @throws SessionError `store_unavailable` from every operation when the store cannot answer; never "no session" instead.
 */
export interface Store extends NoteStore {
  /**
   * Keeps a new session under a stamp later than the user's not-before, and logs `session.created`. Ends the oldest live
   * ones beyond `limit` (the new one counts; null for no limit) as `revoked`, and answers their events.
   */
  create(user: StoreUser, session: SessionRecord, limit: number | null, now: number): Awaitable<Created>;
  read(id: string, now: number): Awaitable<Reading>;
  rotate(id: string, request: RotationRequest, now: number): Awaitable<Step<Rotation>>;
  /** The person did something; `action` says what, in the app's words, or null. */
  touch(id: string, action: string | null, now: number): Awaitable<Step<Change>>;
  /** The person proved anew who they are; `acr` says how, or null. */
  reauthenticate(id: string, acr: string | null, now: number): Awaitable<Step<Change>>;
  /** Access tokens of before are stale. */
  outdate(id: string, now: number): Awaitable<Step<Change>>;
  /** Moves the end of the window, or renews the session. */
  reschedule(id: string, change: Reschedule, now: number): Awaitable<Step<Rescheduled>>;
  /** Replaces the data (JSON text, null for none) if the version is still `ifVersion`. */
  putData(id: string, change: { data: string | null; ifVersion: number }, now: number): Awaitable<Step<Change>>;
  end(id: string, reason: 'signed_out_elsewhere' | 'revoked', now: number): Awaitable<Step<Change>>;
  /** Ends all sessions of a user by raising the not-before stamp: the step itself is O(1). */
  raiseNotBefore(user: StoreUser, now: number): Awaitable<NotBeforeRaised>;
  /** Like `raiseNotBefore`, and one live session gets a stamp after it. Null, and nothing done, when that one is not live. */
  keepOne(user: StoreUser, id: string, now: number): Awaitable<(NotBeforeRaised & { kept: SessionRecord }) | null>;
  /**
   * Ends all sessions of everybody, those of remember tokens too, in one step. Other processes of the store keep to it within a
   * second. It is in nobody's log, and told to those who follow.
   */
  raiseEverybody(now: number): Awaitable<EverybodyRaised>;
  /** Live sessions of a user, newest stamp first, then by id downwards; at most `limit`, those after `after`, of one type or of all. */
  list(user: StoreUser, page: ListPage, now: number): Awaitable<Timed & { records: SessionRecord[] }>;
  /**
   * Sessions of a named type of all users, newest first by `createdAt`, then by id downwards; the dead too, as long as their
   * tombstones are kept. Each with its user's not-before stamp. Sessions of the type `'default'` are in no such index.
   */
  ofType(type: string, page: TypePage, now: number): Awaitable<Timed & { found: Found[] }>;
  /** Logs an event that goes with no change. */
  log(user: StoreUser, event: NewEvent): Awaitable<SessionEvent>;
  /** Events of a user with a cursor above `after`, oldest first. The log is bounded; the oldest leave it first. */
  events(user: StoreUser, after: number, limit: number): Awaitable<SessionEvent[]>;
  /** Marks the dead (logging `session.expired`), removes those whose tombstone is no longer due. */
  sweep(now: number): Awaitable<{ removed: number; events: SessionEvent[] }>;
  /** Marks the expired sessions of one user; `removed` says how many had expired and nobody had noticed. */
  sweepUser(user: StoreUser, now: number): Awaitable<{ removed: number; events: SessionEvent[] }>;
  /**
   * Tells events that other processes logged in the same store, in order, soon after; what was logged while the connection to
   * them was lost is told later. A store of one process tells nothing. `userTag` is the tag of the event's user.
   */
  follow(listener: (event: SessionEvent, userTag: string) => void): () => void;
  /** Idempotent. Every operation afterwards throws `store_unavailable`. */
  close(): Awaitable<void>;
}

/** Small documents beside the sessions, each with a life of its own. An area names what belongs together. */
export interface NoteStore {
  /** A note, or null when there is none, or none any more. */
  note(area: string, key: string, now: number): Awaitable<Note | null>;
  /** Notes of an area by key upwards (by code unit); at most `limit`, those after the key `after`. */
  notes(area: string, page: { limit: number; after: string | null }, now: number): Awaitable<Note[]>;
  /**
   * Keeps a note. With `ifVersion` only if that is its version still (0: if there is none). Answers the new version, one above
   * the last, or null when another version was found.
   */
  putNote(area: string, key: string, note: NewNote, now: number): Awaitable<number | null>;
  /** True when there was one. */
  dropNote(area: string, key: string, now: number): Awaitable<boolean>;
}

/** A note as it rests. */
export interface Note {
  key: string;
  /** JSON text. */
  value: string;
  /** 1 at first. */
  version: number;
  /** When it leaves by itself (it is there before, and not at, that moment); null for never. */
  expiresAt: number | null;
}

/** A note to be kept. */
export interface NewNote {
  value: string;
  expiresAt: number | null;
  ifVersion: number | null;
}

/** Answer of {@link Store.create}. */
export interface Created extends Step<SessionRecord> {
  /** Events of the sessions that had to make room. */
  evicted: SessionEvent[];
}

/** A record with its user's not-before stamp. */
export interface Found {
  record: SessionRecord;
  notBefore: number;
}

/** A place in a list. */
export interface ListPage {
  limit: number;
  after: { stamp: number; id: string } | null;
  /** Null for all types. */
  type: string | null;
}

/** A place in the list of a type. */
export interface TypePage {
  limit: number;
  after: { createdAt: number; id: string } | null;
}

/** Type of the records behind remember tokens. */
export const rememberType = 'remember';
