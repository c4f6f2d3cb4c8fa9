import type { DomainEvent } from '../events-core.ts';

/** What a service tells. There is no event for expiry: nobody is there to see it happen. */
export type SessionEventType = 'SESSION_CREATED' | 'SESSION_REFRESHED' | 'SESSION_REVOKED';

/** An event about a session. */
export type SessionEvent = DomainEvent<SessionEventType, { sessionId: string; identityId: string }>;
