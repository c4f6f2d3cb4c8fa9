import type { Session } from '../../../src/server/engine/sessions.ts';

/** A session for which a token can be minted. */
export function aSession(changes: Partial<Session> = {}): Session {
  const createdAt = Date.UTC(2026, 0, 5, 11);
  return {
    id: 'session_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    alias: null,
    trustContext: null,
    lastAction: null,
    tokenGeneration: 0,
    type: 'default',
    userId: 'user_ada',
    state: 'active',
    createdAt,
    updatedAt: createdAt,
    lastActivityAt: createdAt,
    authenticatedAt: changes.createdAt ?? createdAt,
    acr: null,
    lastRefreshedAt: null,
    endsAt: null,
    windowEndsAt: null,
    absoluteEndsAt: null,
    idleTimeoutMs: null,
    renewal: 'none',
    remembered: false,
    generation: 3,
    keyThumbprint: null,
    device: { label: null, userAgent: null },
    endReason: null,
    data: {},
    version: 1,
    ...changes,
  };
}
