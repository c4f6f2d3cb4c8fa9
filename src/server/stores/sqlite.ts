import { decideEnd, decidePutData, decideTouch } from '../engine/decide-change.ts';
import { decideRotation } from '../engine/decide-rotation.ts';
import type { Decision } from '../engine/decision.ts';
import { deathOf, isExpiry } from '../engine/life.ts';
import { newStamp, raisedNotBefore, sessionsRevoked, stampNew } from '../engine/not-before.ts';
import type { NotBeforeRaised, Step, Store, StoreUser } from '../engine/store.ts';
import { connect, type Decide } from './sqlite/connection.ts';
import { createGuard } from './sqlite/open.ts';
import { tagOf } from './sqlite/rows.ts';
import { sweepSessions } from './sqlite/sweep.ts';

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
  const settings = { eventLimit, busyTimeoutMs };
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

  function raise(user: StoreUser, kept: string | null, count: number, now: number): NotBeforeRaised {
    const tag = tagOf(user.tag);
    const notBefore = raisedNotBefore(durable.users.notBefore(tag), durable.sessions.latestStamp(tag), now);
    durable.users.setNotBefore(tag, notBefore);
    const event = durable.events.add(sessionsRevoked(user.userId, now, { notBefore, count, kept }), tag);
    return { notBefore, count, event, now };
  }

  return {
    create: (user, session, now) =>
      guarded(() =>
        durable.write(() => {
          const tag = tagOf(user.tag);
          const { write, event } = stampNew(session, durable.users.notBefore(tag), now);
          durable.sessions.insert(write, now);
          return { answer: write, event: durable.events.add(event, tag), now };
        }),
      ),
    read: (id, now) => {
      const found = guarded(() => fast.sessions.find(id));
      return { record: found?.record ?? null, notBefore: found?.notBefore ?? 0, now };
    },
    rotate: (id, request, now) => step(id, now, (record, notBefore) => decideRotation(record, notBefore, request, now)),
    touch: (id, now) => step(id, now, (record, notBefore) => decideTouch(record, notBefore, now)),
    putData: (id, change, now) => step(id, now, (record, notBefore) => decidePutData(record, notBefore, change, now)),
    end: (id, reason, now) => durableStep(id, now, (record, notBefore) => decideEnd(record, notBefore, reason, now)),
    raiseNotBefore: (user, now) =>
      guarded(() => {
        // Counted before the step, which is then short whatever the number.
        const count = fast.sessions.countLive(tagOf(user.tag), now);
        return durable.write(() => raise(user, null, count, now));
      }),
    keepOne: (user, id, now) =>
      guarded(() => {
        const others = fast.sessions.countLive(tagOf(user.tag), now) - 1;
        return durable.write(() => {
          const found = durable.sessions.find(id);
          if (found === null || found.record.userId !== user.userId) return null;
          if (deathOf(found.record, found.notBefore, now) !== null) return null;
          const raised = raise(user, id, Math.max(0, others), now);
          const kept = { ...found.record, stamp: newStamp(raised.notBefore, 0), updatedAt: now };
          durable.sessions.setStamp(found.row, kept);
          return { ...raised, kept };
        });
      }),
    list: (user, page, now) => ({
      now,
      records: guarded(() => fast.sessions.listLive(tagOf(user.tag), page, now)),
    }),
    log: (user, event) => guarded(() => fast.write(() => fast.events.add(event, tagOf(user.tag)))),
    events: (user, after, limit) => guarded(() => fast.events.of(tagOf(user.tag), after, limit)),
    sweep: (now) => sweepSessions(fast, guarded, now),
    close: () => {
      for (const connection of new Set([fast, durable])) connection.close();
    },
  };
}

/** Everything but a death that somebody caused. That a session expired can be found again at any time. */
function isForgettable({ write }: Decision<unknown>): boolean {
  return write?.endReason == null || isExpiry(write.endReason);
}
