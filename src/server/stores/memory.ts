import { SessionError } from '../../protocol/session-error.ts';
import {
  decideEnd,
  decideOutdate,
  decidePutData,
  decideReauthenticated,
  decideTouch,
} from '../engine/decide-change.ts';
import { decideReschedule } from '../engine/decide-reschedule.ts';
import { decideRotation } from '../engine/decide-rotation.ts';
import { decideSweep } from '../engine/decide-sweep.ts';
import type { Decision } from '../engine/decision.ts';
import { deathOf, tombstoneMs } from '../engine/life.ts';
import { everybodyRevoked, newStamp, raisedNotBefore, sessionsRevoked, stampNew } from '../engine/not-before.ts';
import type { SessionRecord } from '../engine/record.ts';
import type { SessionEvent } from '../engine/session-event.ts';
import { rememberType, type NotBeforeRaised, type Step, type Store } from '../engine/store.ts';
import { createEventLog } from './memory/event-log.ts';
import { createNotes } from './memory/notes.ts';
import { createUsers, type MemoryUser } from './memory/users.ts';

/** What {@link createMemoryStore} takes. */
export interface MemoryStoreOptions {
  /** How many events are kept. Default 10 000. */
  eventLimit?: number;
}

/** A store in this process: for tests and the playground. Everything is gone when the process ends. */
export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  const records = new Map<string, SessionRecord>();
  const users = createUsers(records);
  const log = createEventLog(options.eventLimit ?? 10_000);
  const notes = createNotes();
  let closed = false;

  function keep(record: SessionRecord): void {
    records.set(record.id, record);
    users.changed(record);
  }

  /** One atomic step: JavaScript runs it to its end before anything else. */
  function step<Answer>(
    id: string,
    now: number,
    decide: (record: SessionRecord | null, notBefore: number) => Decision<Answer>,
  ): Step<Answer> {
    assertOpen();
    const record = records.get(id) ?? null;
    const { answer, write, event } = decide(record, record === null ? 0 : users.notBefore(record.userId));
    if (write !== null) keep(write);
    return { answer, now, event: event && log.add(event) };
  }

  function raise(user: MemoryUser, userId: string, kept: string | null, now: number): NotBeforeRaised {
    const count = users.countLive(user, now) - (kept === null ? 0 : 1);
    user.notBefore = raisedNotBefore(user.notBefore, user.latestStamp, now);
    user.ids = [];
    user.earliestEnd = Infinity;
    const { notBefore } = user;
    return { now, notBefore, count, event: log.add(sessionsRevoked(userId, now, { notBefore, count, kept })) };
  }

  /** Ends the oldest beyond the limit. */
  function evict(user: MemoryUser, newest: string, limit: number, now: number): SessionEvent[] {
    const others = users.live(user, now).filter(({ id }) => id !== newest);
    const tooMany = others.sort(newestFirst).slice(limit - 1);
    return tooMany.flatMap(({ id }) => step(id, now, (found, nb) => decideEnd(found, nb, 'revoked', now)).event ?? []);
  }

  function assertOpen(): void {
    if (closed) throw new SessionError('store_unavailable', 'The memory store was closed.', { retryable: false });
  }

  return {
    create: ({ userId }, session, limit, now) => {
      assertOpen();
      const user = users.get(userId);
      const { write, event } = stampNew({ ...session, userId: user.userId }, user.notBefore, now);
      records.set(write.id, write);
      users.add(user, write, now);
      const logged = log.add(event);
      const isCounted = limit !== null && write.type !== rememberType;
      return { answer: write, now, event: logged, evicted: isCounted ? evict(user, write.id, limit, now) : [] };
    },
    read: (id, now) => {
      assertOpen();
      const record = records.get(id) ?? null;
      return { record, notBefore: record === null ? 0 : users.notBefore(record.userId), now };
    },
    rotate: (id, request, now) => step(id, now, (record, notBefore) => decideRotation(record, notBefore, request, now)),
    touch: (id, action, now) => step(id, now, (record, notBefore) => decideTouch(record, notBefore, action, now)),
    reauthenticate: (id, acr, now) =>
      step(id, now, (record, notBefore) => decideReauthenticated(record, notBefore, acr, now)),
    outdate: (id, now) => step(id, now, (record, notBefore) => decideOutdate(record, notBefore, now)),
    reschedule: (id, change, now) =>
      step(id, now, (record, notBefore) => decideReschedule(record, notBefore, change, now)),
    putData: (id, change, now) => step(id, now, (record, notBefore) => decidePutData(record, notBefore, change, now)),
    end: (id, reason, now) => step(id, now, (record, notBefore) => decideEnd(record, notBefore, reason, now)),
    raiseNotBefore: ({ userId }, now) => {
      assertOpen();
      return raise(users.get(userId), userId, null, now);
    },
    keepOne: ({ userId }, id, now) => {
      assertOpen();
      const record = records.get(id);
      if (record?.userId !== userId || record.type === rememberType) return null;
      const user = users.get(userId);
      if (deathOf(record, user.notBefore, now) !== null) return null;
      const raised = raise(user, userId, id, now);
      const kept = { ...record, stamp: newStamp(raised.notBefore, 0), updatedAt: now };
      user.ids = [id];
      keep(kept);
      user.latestStamp = kept.stamp;
      return { ...raised, kept };
    },
    raiseEverybody: (now) => {
      assertOpen();
      const notBefore = users.raiseAll(now);
      return { now, notBefore, event: log.add(everybodyRevoked(now, notBefore)) };
    },
    list: ({ userId }, { limit, after, type }, now) => {
      assertOpen();
      const all = users.live(users.get(userId), now).sort(newestFirst);
      const live = type === null ? all : all.filter((record) => record.type === type);
      const rest = after === null ? live : live.filter((record) => newestFirst(after, record) < 0);
      return { now, records: rest.slice(0, limit) };
    },
    ofType: (type, { limit, after }, now) => {
      assertOpen();
      const isAfter = ({ createdAt, id }: SessionRecord): boolean =>
        after === null || createdAt < after.createdAt || (createdAt === after.createdAt && id < after.id);
      const isIndexed = type !== 'default' && type !== rememberType;
      const found = !isIndexed ? [] : [...records.values()].filter((one) => one.type === type && isAfter(one));
      found.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
      return {
        now,
        found: found.slice(0, limit).map((record) => ({ record, notBefore: users.notBefore(record.userId) })),
      };
    },
    log: (_user, event) => {
      assertOpen();
      return log.add(event);
    },
    events: ({ userId }, after, limit) => {
      assertOpen();
      return log.of(userId, after, limit);
    },
    sweep: (now) => {
      assertOpen();
      const events: SessionEvent[] = [];
      let removed = 0;
      for (const [id, record] of records) {
        const decision = decideSweep(record, users.notBefore(record.userId), now);
        if (decision.event !== null) events.push(log.add(decision.event));
        if (decision.outcome === 'remove') {
          records.delete(id);
          users.forget(record.userId);
          removed++;
        } else if (decision.write !== null) keep(decision.write);
      }
      users.sweep(now - tombstoneMs);
      notes.sweep(now);
      return { removed, events };
    },
    sweepUser: ({ userId }, now) => {
      assertOpen();
      const user = users.get(userId);
      const events: SessionEvent[] = [];
      let removed = 0;
      for (const id of [...user.ids]) {
        const record = records.get(id);
        if (record === undefined || deathOf(record, user.notBefore, now) === null) continue;
        if (record.endReason === null) removed++;
        const { event } = step(id, now, (found, notBefore) => decideEnd(found, notBefore, 'revoked', now));
        if (event !== null) events.push(event);
      }
      users.live(user, now);
      return { removed, events };
    },
    // Nobody else has this memory.
    follow: () => () => {},
    note: (area, key, now) => (assertOpen(), notes.note(area, key, now)),
    notes: (area, page, now) => (assertOpen(), notes.notes(area, page, now)),
    putNote: (area, key, note, now) => (assertOpen(), notes.putNote(area, key, note, now)),
    dropNote: (area, key, now) => (assertOpen(), notes.dropNote(area, key, now)),
    close: () => {
      closed = true;
    },
  };
}

function newestFirst(a: { stamp: number; id: string }, b: { stamp: number; id: string }): number {
  if (a.stamp !== b.stamp) return b.stamp - a.stamp;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}
