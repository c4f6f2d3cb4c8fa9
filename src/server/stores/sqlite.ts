import {
  decideEnd,
  decideOutdate,
  decidePutData,
  decideReauthenticated,
  decideTouch,
} from '../engine/decide-change.ts';
import { decideReschedule, type Rescheduled } from '../engine/decide-reschedule.ts';
import { decideRotation } from '../engine/decide-rotation.ts';
import type { Decision } from '../engine/decision.ts';
import { deathOf, endOf, isExpiry } from '../engine/life.ts';
import { everybodyRevoked, newStamp, raisedNotBefore, sessionsRevoked, stampNew } from '../engine/not-before.ts';
import type { SessionRecord } from '../engine/record.ts';
import type { SessionEvent } from '../engine/session-event.ts';
import { rememberType, type NotBeforeRaised, type Step, type Store, type StoreUser } from '../engine/store.ts';
import { connect, type Decide } from './sqlite/connection.ts';
import { createFollow, createOwnEvents } from './sqlite/follow.ts';
import { createGuard } from './sqlite/open.ts';
import { keyOf, tagOf } from './sqlite/rows.ts';
import { sweepSessions, sweepUser } from './sqlite/sweep.ts';

/** From so many sessions on, dead ones included, those of a user are counted. */
const countedFrom = 64;

/** What {@link createSqliteStore} takes. */
export interface SqliteStoreOptions {
  /** The database file; made when it does not exist. Its folder must exist. */
  path: string;
  /** How many events are kept, about. Default 10 000. */
  eventLimit?: number;
  /** How long a write waits for another process, in milliseconds, before it is `store_unavailable`. Default 2000. */
  busyTimeoutMs?: number;
}

/**
 * A store in one file (`node:sqlite`, write-ahead log). Every acknowledged write survives `kill -9`. A power cut may forget
 * the last refreshes, which heal, and the last touches and data; never a sign-in, a sign-out or a revocation.
 * Several processes of one machine may share the file.
 *
 * @throws SessionError `not_supported` when a newer version of this package wrote the file, or another program did;
 *   `store_unavailable` when it cannot be opened.
 */
export function createSqliteStore({ path, eventLimit = 10_000, busyTimeoutMs = 2000 }: SqliteStoreOptions): Store {
  const own = createOwnEvents();
  const settings = { eventLimit, busyTimeoutMs, committed: own.committed };
  const guarded = createGuard(path);
  const fast = guarded(() => connect(path, 'NORMAL', settings));
  // A database in memory belongs to one connection, and no power cut leaves anything of it.
  const durable = path === ':memory:' ? fast : guarded(() => connect(path, 'FULL', settings));

  /** A step that a power cut may forget; unless it turns out to kill, then it is done again where nothing is forgotten. */
  function step<Answer>(id: string, now: number, decide: Decide<Answer>): Step<Answer> {
    return guarded(() => fast.step(id, now, decide, isForgettable)) ?? durableStep(id, now, decide);
  }

  function durableStep<Answer>(id: string, now: number, decide: Decide<Answer>): Step<Answer> {
    return guarded(() => durable.step(id, now, decide))!;
  }

  function raise(user: StoreUser, kept: string | null, now: number): NotBeforeRaised {
    const tag = tagOf(user.tag);
    const live = durable.users.counted(tag, now) ?? durable.sessions.countLive(tag, now).live;
    const count = kept === null ? live : live - 1;
    const notBefore = raisedNotBefore(durable.users.notBefore(tag), durable.sessions.latestStamp(tag), now);
    durable.users.setNotBefore(tag, notBefore);
    const event = durable.events.add(sessionsRevoked(user.userId, now, { notBefore, count, kept }), tag);
    return { notBefore, count, event, now };
  }

  /** Of a user with very many sessions it is known how many are live. */
  function countIn(tag: Uint8Array, session: SessionRecord, now: number): void {
    if (durable.users.countOne(tag, endOf(session)) || !durable.sessions.hasAtLeast(tag, countedFrom)) return;
    const { live, nextEnd } = durable.sessions.countLive(tag, now);
    durable.users.count(tag, live, nextEnd);
  }

  /** Ends the oldest beyond the limit, in the step that made the newest. */
  function evict(tag: Uint8Array, newest: string, limit: number, now: number): SessionEvent[] {
    const count = durable.sessions.countLive(tag, now).live;
    if (count <= limit) return [];
    const all = durable.sessions.listLive(tag, { limit: count, after: null, type: null }, now);
    const others = all.filter(({ id }) => id !== newest);
    return others.slice(limit - 1).flatMap(({ id }) => {
      const found = durable.sessions.find(id)!;
      const { write, event } = decideEnd(found.record, found.notBefore, 'revoked', now);
      if (write !== null) durable.save(found.row, write, now);
      return event === null ? [] : [durable.events.add(event, tag)];
    });
  }

  return {
    create: (user, session, limit, now) =>
      guarded(() =>
        durable.write(() => {
          const tag = tagOf(user.tag);
          const { write, event } = stampNew(session, durable.users.notBefore(tag), now);
          durable.sessions.insert(write, now);
          if (write.type !== rememberType) countIn(tag, write, now);
          const logged = durable.events.add(event, tag);
          const isCounted = limit !== null && write.type !== rememberType;
          return { answer: write, event: logged, now, evicted: isCounted ? evict(tag, write.id, limit, now) : [] };
        }),
      ),
    read: (id, now) => {
      const found = guarded(() => fast.sessions.find(id));
      return { record: found?.record ?? null, notBefore: found?.notBefore ?? 0, now };
    },
    rotate: (id, request, now) => step(id, now, (record, notBefore) => decideRotation(record, notBefore, request, now)),
    touch: (id, action, now) => step(id, now, (record, notBefore) => decideTouch(record, notBefore, action, now)),
    reauthenticate: (id, acr, now) =>
      step(id, now, (record, notBefore) => decideReauthenticated(record, notBefore, acr, now)),
    outdate: (id, now) => step(id, now, (record, notBefore) => decideOutdate(record, notBefore, now)),
    reschedule: (id, change, now) => {
      const decide: Decide<Rescheduled> = (record, notBefore) => decideReschedule(record, notBefore, change, now);
      if (change.kind !== 'set') return step(id, now, decide);
      // What is known of ends has to be early rather than late.
      guarded(() => fast.write(() => fast.users.mayEndAt(keyOf(id).tag, change.at)));
      // Whoever sets an end means it as much as one who ends at once.
      return durableStep(id, now, decide);
    },
    putData: (id, change, now) => step(id, now, (record, notBefore) => decidePutData(record, notBefore, change, now)),
    end: (id, reason, now) => durableStep(id, now, (record, notBefore) => decideEnd(record, notBefore, reason, now)),
    raiseNotBefore: (user, now) => guarded(() => durable.write(() => raise(user, null, now))),
    keepOne: (user, id, now) =>
      guarded(() =>
        durable.write(() => {
          const found = durable.sessions.find(id);
          if (found?.record.userId !== user.userId || found.record.type === rememberType) return null;
          if (deathOf(found.record, found.notBefore, now) !== null) return null;
          const raised = raise(user, id, now);
          const kept = { ...found.record, stamp: newStamp(raised.notBefore, 0), updatedAt: now };
          durable.sessions.setStamp(found.row, kept);
          return { ...raised, kept };
        }),
      ),
    raiseEverybody: (now) =>
      guarded(() =>
        durable.write(() => {
          const before = durable.users.notBefore(new Uint8Array());
          const notBefore = raisedNotBefore(before, durable.sessions.latestOfAll(), now);
          durable.users.setEverybody(notBefore);
          return { now, notBefore, event: durable.events.add(everybodyRevoked(now, notBefore), new Uint8Array()) };
        }),
      ),
    list: (user, page, now) => ({
      now,
      records: guarded(() => fast.sessions.listLive(tagOf(user.tag), page, now)),
    }),
    log: (user, event) => guarded(() => fast.write(() => fast.events.add(event, tagOf(user.tag)))),
    events: (user, after, limit) => guarded(() => fast.events.of(tagOf(user.tag), after, limit)),
    ofType: (type, page, now) => ({ now, found: guarded(() => fast.sessions.ofType(type, page)) }),
    sweep: (now) => sweepSessions(fast, guarded, now),
    sweepUser: (user, now) => guarded(() => sweepUser(fast, tagOf(user.tag), now)),
    follow: createFollow({ connection: fast, guarded, own }),
    note: (area, key, now) => guarded(() => fast.notes.find(area, key, now)),
    notes: (area, page, now) => guarded(() => fast.notes.list(area, page, now)),
    putNote: (area, key, note, now) => guarded(() => durable.write(() => durable.notes.put(area, key, note, now))),
    dropNote: (area, key, now) => guarded(() => durable.write(() => durable.notes.drop(area, key, now))),
    close: () => {
      for (const connection of new Set([fast, durable])) connection.close();
    },
  };
}

/** Everything but an end that somebody caused or set. That a session expired can be found again at any time. */
function isForgettable({ write }: Decision<unknown>): boolean {
  return write?.endReason == null || isExpiry(write.endReason);
}
