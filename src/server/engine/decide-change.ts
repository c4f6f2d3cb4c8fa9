import { eventOf, refusalOf, tombstone, type Decision, type NewEvent } from './decision.ts';
import type { DeathReason, SessionRecord } from './record.ts';
import { slideWindow } from './renewal.ts';

/** What becomes of a write to a session. A dead session refuses every one of them; nothing revives it. */
export type Change =
  | { outcome: 'done' | 'conflict'; record: SessionRecord }
  | { outcome: 'refused'; reason: DeathReason; missing: boolean };

/** The person did something: the only thing that moves the idle limit. */
export function decideTouch(record: SessionRecord | null, notBefore: number, now: number): Decision<Change> {
  if (record === null) return missing;
  const refused = refuse(record, notBefore, now);
  if (refused !== null) return refused;
  const write: SessionRecord = {
    ...record,
    lastActivityAt: Math.max(record.lastActivityAt, now),
    updatedAt: now,
    windowEndsAt: slideWindow(record, now, 'touch'),
  };
  return done(write, eventOf(record, 'session.touched', now));
}

/** Replaces the data when nobody else did since version `ifVersion`. */
export function decidePutData(
  record: SessionRecord | null,
  notBefore: number,
  change: { data: string | null; ifVersion: number },
  now: number,
): Decision<Change> {
  if (record === null) return missing;
  const refused = refuse(record, notBefore, now);
  if (refused !== null) return refused;
  if (record.version !== change.ifVersion) return { answer: { outcome: 'conflict', record }, write: null, event: null };
  const version = record.version + 1;
  const write: SessionRecord = { ...record, data: change.data, version, updatedAt: now };
  return done(write, eventOf(record, 'session.updated', now, { version }));
}

/** Ends a session. One that is dead already keeps its reason. */
export function decideEnd(
  record: SessionRecord | null,
  notBefore: number,
  reason: 'signed_out_elsewhere' | 'revoked',
  now: number,
): Decision<Change> {
  if (record === null) return missing;
  const refused = refuse(record, notBefore, now);
  if (refused !== null) return refused;
  const write = tombstone(record, reason, now);
  return done(write, eventOf(record, 'session.revoked', now, { reason }));
}

const missing: Decision<Change> = {
  answer: { outcome: 'refused', reason: 'expired', missing: true },
  write: null,
  event: null,
};

function refuse(record: SessionRecord, notBefore: number, now: number): Decision<Change> | null {
  const refusal = refusalOf(record, notBefore, now);
  return refusal && { ...refusal, answer: { outcome: 'refused', reason: refusal.answer, missing: false } };
}

function done(write: SessionRecord, event: NewEvent): Decision<Change> {
  return { answer: { outcome: 'done', record: write }, write, event };
}
