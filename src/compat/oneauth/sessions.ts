export { SessionExpiredError, SessionNotFoundError, SessionRevokedError } from './sessions/errors.ts';
export { InMemorySessionRepository } from './sessions/in-memory-session-repository.ts';
export type { Session, TrustContext } from './sessions/session.ts';
export type { SessionEvent, SessionEventType } from './sessions/session-event.ts';
export type { SessionRepository } from './sessions/session-repository.ts';
export {
  SessionService,
  type CreateSessionInput,
  type SessionServiceOptions,
  type SessionTtl,
} from './sessions/session-service.ts';
