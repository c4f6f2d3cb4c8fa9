import type { EndedRecord, LiveRecord } from '../../../src/client/core/record.ts';

/** A session that may be used. */
export function liveRecord(changes: Partial<LiveRecord> = {}): LiveRecord {
  return {
    version: 1,
    kind: 'live',
    sessionId: 'session_1',
    generation: 0,
    user: { id: 'ada', name: 'Ada' },
    session: {
      id: 'session_1',
      type: 'user',
      createdAt: 1000,
      absoluteEndsAt: null,
      idleTimeoutMs: null,
      remembered: false,
    },
    accessToken: 'access-0',
    tokenType: 'Bearer',
    refreshToken: 'refresh-0',
    revocationToken: 'revoke-1',
    issuedAt: 1000,
    expiresAt: 301_000,
    offsetMs: 0,
    key: null,
    pending: null,
    attempts: [],
    ...changes,
  };
}

/** A tombstone. */
export function endedRecord(changes: Partial<EndedRecord> = {}): EndedRecord {
  return {
    version: 1,
    kind: 'ended',
    sessionId: 'session_1',
    generation: 0,
    userId: 'ada',
    reason: 'signed_out',
    at: 2000,
    ...changes,
  };
}
