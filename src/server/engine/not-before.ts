import { eventOf, type NewEvent } from './decision.ts';
import type { SessionRecord } from './record.ts';

/** The stamp of a session created now: later than the user's not-before. */
export function newStamp(notBefore: number, now: number): number {
  return Math.max(now, notBefore + 1);
}

/**
 * The user's not-before stamp after "sign out everywhere". It reaches every stamp given so far, `latestStamp` the highest,
 * also when the clock went back in between.
 */
export function raisedNotBefore(notBefore: number, latestStamp: number, now: number): number {
  return Math.max(now, notBefore + 1, latestStamp);
}

/** The stamp of a session whose access tokens so far are to be stale. */
export function nextStamp(stamp: number, now: number): number {
  return Math.max(now, stamp + 1);
}

/** A new session with its stamp, and its event. */
export function stampNew(
  session: SessionRecord,
  notBefore: number,
  now: number,
): { write: SessionRecord; event: NewEvent } {
  const write: SessionRecord = { ...session, stamp: newStamp(notBefore, now) };
  return { write, event: eventOf(write, 'session.created', now, { type: write.type }) };
}

/** The one event for the sessions of everybody. It names nobody. */
export function everybodyRevoked(at: number, notBefore: number): NewEvent {
  return { type: 'everybody.sessions_revoked', userId: '', sessionId: null, at, detail: { notBefore } };
}

/** The one event for all sessions of a user that ended together. */
export function sessionsRevoked(
  userId: string,
  at: number,
  what: { notBefore: number; count: number; kept: string | null },
): NewEvent {
  return { type: 'user.sessions_revoked', userId, sessionId: null, at, detail: what };
}
