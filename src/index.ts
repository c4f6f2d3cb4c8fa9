export { createSessionManager } from './create-session-manager.ts';
export { defaultPlatform, type PlatformOptions } from './client/platform/default-platform.ts';
export type { AccessTokenOptions, SessionManager } from './session-manager.ts';
export type { SessionOptions } from './session-options.ts';
export type { BehaviourOptions, IdleOptions } from './client/core/settings.ts';
export type { SessionEvents } from './client/core/session-events.ts';
export type { SessionFacts } from './client/core/session-facts.ts';
export type {
  AuthenticatedState,
  Connection,
  IdleState,
  LoadingState,
  Readable,
  SessionState,
  TokenState,
  UnauthenticatedState,
} from './client/core/session-state.ts';
export type { Platform } from './client/core/ports.ts';
export type { Transport } from './client/core/transport.ts';
export type { Persistence, Vault } from './client/core/vault.ts';
export type { Duration } from './protocol/duration.ts';
export type { EndReason } from './protocol/end-reason.ts';
export { isSessionError, SessionError, type SessionErrorCode } from './protocol/session-error.ts';
export type { SessionView, User } from './protocol/session-view.ts';
