import { eventOf, refusalOf, tombstone, type Decision, type NewEvent } from './decision.ts';
import type { DeathReason, SessionRecord } from './record.ts';
import { nextStamp } from './not-before.ts';
import { slideWindow } from './renewal.ts';

/** What becomes of a write to a session. A dead session refuses every one of them; nothing revives it. */
export type Change = { outcome: 'done' | 'conflict'; record: SessionRecord } | Refused;

/** A write that came too late. */
export interface Refused {
  outcome: 'refused';
  reason: DeathReason;
  missing: boolean;
}

/** The person did something: the only thing that moves the idle limit. */
export function decideTouch(
  record: SessionRecord | null,
  notBefore: number,
  action: string | null,
  now: number,
): Decision<Change> {
  if (record === null) return missing;
  const refused = refuse(record, notBefore, now);
  if (refused !== null) return refused;
  const write: SessionRecord = {
    ...record,
    lastActivityAt: Math.max(record.lastActivityAt, now),
    lastAction: action ?? record.lastAction,
    lastActionAt: action === null ? record.lastActionAt : now,
    updatedAt: now,
    windowEndsAt: slideWindow(record, now, 'touch'),
  };
  return done(write, eventOf(record, 'session.touched', now, action === null ? {} : { action }));
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

/** The person proved anew who they are, so access tokens of before are stale. No activity: only a touch moves the idle limit. */
export function decideReauthenticated(
  record: SessionRecord | null,
  notBefore: number,
  acr: string | null,
  now: number,
): Decision<Change> {
  if (record === null) return missing;
  const refused = refuse(record, notBefore, now);
  if (refused !== null) return refused;
  const stamp = nextStamp(record.stamp, now);
  const write: SessionRecord = { ...record, authenticatedAt: now, acr, stamp, updatedAt: now };
  return done(write, eventOf(record, 'session.reauthenticated', now, { acr }));
}

/** What access tokens say of the user has changed, so those of before are stale. */
export function decideOutdate(record: SessionRecord | null, notBefore: number, now: number): Decision<Change> {
  if (record === null) return missing;
  const refused = refuse(record, notBefore, now);
  if (refused !== null) return refused;
  const write: SessionRecord = { ...record, stamp: nextStamp(record.stamp, now), updatedAt: now };
  return done(write, eventOf(write, 'session.claims_changed', now));
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

/** There is no such record. */
export const missing: Decision<Refused> = {
  answer: { outcome: 'refused', reason: 'expired', missing: true },
  write: null,
  event: null,
};

/** Refuses a write to the dead. */
export function refuse(record: SessionRecord, notBefore: number, now: number): Decision<Refused> | null {
  const refusal = refusalOf(record, notBefore, now);
  return refusal && { ...refusal, answer: { outcome: 'refused', reason: refusal.answer, missing: false } };
}

function done(write: SessionRecord, event: NewEvent): Decision<Change> {
  return { answer: { outcome: 'done', record: write }, write, event };
}
