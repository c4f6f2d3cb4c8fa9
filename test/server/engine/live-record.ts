import type { SessionRecord } from '../../../src/server/engine/record.ts';

/** A record made at time 0, with nothing that would end it unless asked for. */
export function liveRecord(parts: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id: 'session_AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBBBBBBA',
    userId: 'ada',
    type: 'default',
    createdAt: 0,
    updatedAt: 0,
    lastActivityAt: 0,
    authenticatedAt: parts.createdAt ?? 0,
    acr: null,
    lastRefreshedAt: null,
    windowMs: null,
    windowEndsAt: null,
    absoluteEndsAt: null,
    idleTimeoutMs: null,
    renewal: 'none',
    remembered: false,
    generation: 0,
    attempts: '',
    stamp: 1,
    keyId: 1,
    keyThumbprint: null,
    deviceLabel: null,
    userAgent: null,
    alias: null,
    trustContext: null,
    lastAction: null,
    lastActionAt: null,
    tokenGeneration: 0,
    data: null,
    version: 0,
    endedAt: null,
    endReason: null,
    ...parts,
  };
}
