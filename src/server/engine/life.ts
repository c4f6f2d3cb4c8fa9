import type { DeathReason, SessionRecord } from './record.ts';

/** How long a tombstone tells a returning client why its session is over, in milliseconds: 7 days. */
export const tombstoneMs = 604_800_000;

type Times = Pick<SessionRecord, 'windowEndsAt' | 'absoluteEndsAt' | 'idleTimeoutMs' | 'lastActivityAt'>;

/** END: the earliest of window end, absolute end and last activity + idle limit. Infinity when none is set. */
export function endOf(record: Times): number {
  let end = record.windowEndsAt ?? Infinity;
  if (record.absoluteEndsAt !== null && record.absoluteEndsAt < end) end = record.absoluteEndsAt;
  if (record.idleTimeoutMs !== null) end = Math.min(end, record.lastActivityAt + record.idleTimeoutMs);
  return end;
}

/**
 * Why the session is dead at `now`, or null while it lives. A session lives up to, and not at, its end. The reason is what
 * ended it first, and so the same however late somebody asks: its death mark; a not-before stamp of the user that came before
 * its end; then that limit which is its end: absolute, idle, window.
 */
export function deathOf(record: SessionRecord, notBefore: number, now: number): DeathReason | null {
  if (record.endReason !== null) return record.endReason;
  const end = endOf(record);
  // Stamps may be ahead of the clock: one that is beyond the end ends nonetheless what still lives.
  if (record.stamp <= notBefore && Math.min(notBefore, now) < end) return 'revoked_all';
  if (now < end) return null;
  if (record.absoluteEndsAt === end) return 'absolute_expired';
  if (record.idleTimeoutMs !== null && record.lastActivityAt + record.idleTimeoutMs === end) return 'idle';
  return 'expired';
}

/** Whether a reason is the passing of time, as opposed to somebody's act. */
export function isExpiry(reason: DeathReason): boolean {
  return reason === 'idle' || reason === 'expired' || reason === 'absolute_expired';
}

/** Until when a tombstone is kept: the later of END and death + 7 days. Without an END, death + 7 days. */
export function keepUntil(record: SessionRecord & { endedAt: number }): number {
  const end = endOf(record);
  return Math.max(end === Infinity ? 0 : end, record.endedAt + tombstoneMs);
}

/** Whether the second half of the window has begun. Half of an odd window is rounded to the earlier millisecond. */
export function isRenewalDue(record: Pick<SessionRecord, 'windowEndsAt' | 'windowMs'>, now: number): boolean {
  if (record.windowEndsAt === null || record.windowMs === null) return false;
  return now >= Math.trunc(record.windowEndsAt - record.windowMs / 2);
}
