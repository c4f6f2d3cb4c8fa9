import { deathOf, endOf, isExpiry } from './life.ts';
import type { DeathReason, SessionRecord } from './record.ts';
import type { SessionEvent } from './session-event.ts';

/** An event before the store gave it its place in the log. */
export type NewEvent = Omit<SessionEvent, 'cursor'>;

/** What a store has to do in one atomic step: keep `write` and log `event`, where they are not null, and answer. */
export interface Decision<Answer> {
  answer: Answer;
  write: SessionRecord | null;
  event: NewEvent | null;
}

/** An event about one session. */
export function eventOf(
  record: SessionRecord,
  type: SessionEvent['type'],
  at: number,
  detail: SessionEvent['detail'] = {},
): NewEvent {
  return { type, userId: record.userId, sessionId: record.id, at, detail };
}

/** The tombstone of a session: no data, no attempt keys, and a reason for whoever comes back. */
export function tombstone(record: SessionRecord, reason: DeathReason, at: number): SessionRecord {
  return { ...record, data: null, attempts: '', updatedAt: at, endedAt: at, endReason: reason };
}

/** Why the session cannot be used, or null while it lives. The first step that sees it expired marks it, and logs that. */
export function refusalOf(record: SessionRecord, notBefore: number, now: number): Decision<DeathReason> | null {
  const reason = deathOf(record, notBefore, now);
  if (reason === null) return null;
  if (record.endReason !== null || !isExpiry(reason)) return { answer: reason, write: null, event: null };
  const at = endOf(record);
  const event = eventOf(record, 'session.expired', at, { reason });
  return { answer: reason, write: tombstone(record, reason, at), event };
}
