import { newSession } from '../../../server/engine/new-session.ts';
import type { SessionRecord } from '../../../server/engine/record.ts';
import type { Session } from './session.ts';

/** Milliseconds that a session lives beyond its instants: 1 where it is still good at `expiresAt`, else 0. */
export type Grace = 0 | 1;

const minuteMs = 60_000;

/** A session as the engine's rules see it. They end a record at its ends; one that lives at them ends a millisecond later. */
export function recordOf(session: Session, grace: Grace): SessionRecord {
  const createdAt = session.createdAt.getTime();
  const absoluteMs = session.absoluteExpiresAt.getTime() - createdAt + grace;
  const windowMs = Math.round(session.idleTTLMinutes * minuteMs) + grace;
  const lifetimes = { idleTimeoutMs: null, absoluteMs, windowMs, renewal: 'manual' } as const;
  const birth = { id: session.id, userId: session.identityId, keyId: 0, now: createdAt, lifetimes, dataLimitBytes: 0 };
  return {
    ...newSession({}, birth),
    windowEndsAt: session.expiresAt.getTime() + grace,
    stamp: 1,
    version: session.version,
    lastRefreshedAt: session.lastRefreshedAt?.getTime() ?? null,
    endedAt: session.revokedAt?.getTime() ?? null,
    endReason: session.status === 'revoked' ? 'revoked' : null,
  };
}

/** `session` after a step of the engine made `record` of it. */
export function afterStep(session: Session, record: SessionRecord, grace: Grace): Session {
  return {
    ...session,
    status: record.endReason === null ? 'active' : 'revoked',
    lastRefreshedAt: dateOf(record.lastRefreshedAt),
    revokedAt: dateOf(record.endedAt),
    expiresAt: record.windowEndsAt === null ? session.expiresAt : new Date(record.windowEndsAt - grace),
    version: session.version + 1,
  };
}

function dateOf(at: number | null): Date | null {
  return at === null ? null : new Date(at);
}
