import type { RefusalReason } from '../../protocol/end-reason.ts';
import type { JsonObject } from './json.ts';
import { deathOf, endOf, isExpiry, isRenewalDue } from './life.ts';
import type { DeathReason, SessionRecord } from './record.ts';
import type { Session } from './session.ts';

/** A record as back ends see it at `now`. */
export function viewOf(record: SessionRecord, notBefore: number, now: number): Session {
  const death = deathOf(record, notBefore, now);
  return liveViewOf(record, now, death);
}

/** Like {@link viewOf} where it is known already why, or that not, the session is dead. */
export function liveViewOf(record: SessionRecord, now: number, death: DeathReason | null = null): Session {
  const end = endOf(record);
  return {
    id: record.id,
    alias: record.alias,
    type: record.type,
    userId: record.userId,
    state: stateOf(record, now, death),
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    lastActivityAt: record.lastActivityAt,
    authenticatedAt: record.authenticatedAt,
    acr: record.acr,
    lastRefreshedAt: record.lastRefreshedAt,
    endsAt: end === Infinity ? null : end,
    windowEndsAt: record.windowEndsAt,
    absoluteEndsAt: record.absoluteEndsAt,
    idleTimeoutMs: record.idleTimeoutMs,
    renewal: record.renewal,
    remembered: record.remembered,
    generation: record.generation,
    keyThumbprint: record.keyThumbprint,
    device: { label: record.deviceLabel, userAgent: record.userAgent },
    trustContext: record.trustContext === null ? null : (JSON.parse(record.trustContext) as JsonObject),
    lastAction: record.lastAction === null ? null : { action: record.lastAction, at: record.lastActionAt! },
    tokenGeneration: record.tokenGeneration,
    endReason: death as RefusalReason | null,
    data: dataOf(record),
    version: record.version,
  };
}

/** The app's data. A new object at every call: changing it changes nothing stored. */
export function dataOf(record: SessionRecord): JsonObject {
  return record.data === null ? {} : (JSON.parse(record.data) as JsonObject);
}

function stateOf(record: SessionRecord, now: number, death: DeathReason | null): Session['state'] {
  if (death !== null) return isExpiry(death) ? 'expired' : 'revoked';
  return isRenewalDue(record, now) ? 'renewal_due' : 'active';
}
