import { missing, refuse, type Refused } from './decide-change.ts';
import { eventOf, tombstone, type Decision } from './decision.ts';
import type { SessionRecord } from './record.ts';
import { restartWindow } from './renewal.ts';

/**
 * How an end is moved: `extend` by so much (additive), `restart` the window as a fresh one, `set` it to an instant, or `renew`
 * the session, which restarts the window and makes the session token of before a superseded one.
 */
export type Reschedule =
  | { kind: 'extend'; byMs: number }
  | { kind: 'restart' }
  | { kind: 'set'; at: number }
  | { kind: 'renew' };

/** What became of it. `clamped` when the absolute end allowed less than was asked. */
export type Rescheduled =
  | { outcome: 'done'; record: SessionRecord; clamped: boolean }
  /** The session has no window that could be longer. */
  | { outcome: 'no_window'; record: SessionRecord }
  | Refused;

/** Moves an end, never past the absolute one, and never of a dead session. An end that is now or before ends it at once. */
export function decideReschedule(
  record: SessionRecord | null,
  notBefore: number,
  change: Reschedule,
  now: number,
): Decision<Rescheduled> {
  if (record === null) return missing;
  const refused = refuse(record, notBefore, now);
  if (refused !== null) return refused;
  if (change.kind === 'renew') return renew(record, now);
  if (change.kind === 'set') return change.at <= now ? expire(record, now) : move(record, change.at, now);
  if (record.windowEndsAt === null || record.windowMs === null)
    return { answer: { outcome: 'no_window', record }, write: null, event: null };
  const wished = change.kind === 'extend' ? record.windowEndsAt + change.byMs : now + record.windowMs;
  return move(record, change.kind === 'extend' ? wished : Math.max(record.windowEndsAt, wished), now);
}

function move(record: SessionRecord, wished: number, now: number): Decision<Rescheduled> {
  const windowEndsAt = Math.min(wished, record.absoluteEndsAt ?? Infinity);
  const windowMs = record.windowMs ?? windowEndsAt - now;
  const write: SessionRecord = { ...record, windowMs, windowEndsAt, updatedAt: now };
  return {
    answer: { outcome: 'done', record: write, clamped: windowEndsAt < wished },
    write,
    event: eventOf(record, 'session.extended', now, { windowEndsAt }),
  };
}

function expire(record: SessionRecord, now: number): Decision<Rescheduled> {
  const write = tombstone({ ...record, windowEndsAt: now }, 'expired', now);
  return {
    answer: { outcome: 'done', record: write, clamped: false },
    write,
    event: eventOf(record, 'session.expired', now, { reason: 'expired' }),
  };
}

function renew(record: SessionRecord, now: number): Decision<Rescheduled> {
  const tokenGeneration = record.tokenGeneration + 1;
  const write: SessionRecord = {
    ...record,
    tokenGeneration,
    lastRefreshedAt: now,
    updatedAt: now,
    windowEndsAt: restartWindow(record, now),
  };
  return {
    answer: { outcome: 'done', record: write, clamped: false },
    write,
    event: eventOf(record, 'session.refreshed', now, { tokenGeneration }),
  };
}
