export { createSessions, type SessionsOptions } from './create-sessions.ts';
export { createEventMatcher, eventNames, type EventPattern } from './engine/event-pattern.ts';
export { parseSelector, resolveReference, resolveSelector } from './engine/selector.ts';
export type { JsonObject, JsonValue } from './engine/json.ts';
export type { Lifetimes, SessionType } from './engine/lifetimes.ts';
export type { Clock, Mac, Random } from './engine/ports.ts';
export type { ScopedData, ScopedEntry } from './engine/scoped-data.ts';
export type { SessionData } from './engine/session-data.ts';
export type { NewTypeDefinition, SessionTypes, TypeDefinition } from './engine/session-types.ts';
export type {
  Figures,
  SessionUser,
  SessionUsers,
  TypedSessionPage,
  UserDetails,
  UserPage,
} from './engine/session-users.ts';
export type { Redeem, Redeemed, RememberTokens } from './engine/remember-tokens.ts';
export type { SessionEvent } from './engine/session-event.ts';
export type {
  CreateSession,
  Device,
  IssuedSession,
  RefreshOutcome,
  RefreshRequest,
  Renewal,
  Session,
  SessionCheck,
  SessionPage,
  Sessions,
} from './engine/sessions.ts';
export type { NewNote, Note, NoteStore, Store } from './engine/store.ts';
export type { AdminKey } from './http/admin/api-keys.ts';
export {
  initialState,
  readCookieSession,
  type CookieSessionOptions,
  type InitialState,
} from './http/cookie-session.ts';
export type { Authenticated, Directory, SessionWishes, SignInContext } from './http/directory.ts';
export type { LimitOptions, SharedLimits } from './http/limits.ts';
export type { MetricsOptions } from './http/metrics.ts';
export type { Metric } from './http/metrics/text-format.ts';
export type { PageData } from './http/page-data.ts';
export type { DpopOptions } from './http/proofs.ts';
export type { Limit } from './http/rate-limit.ts';
export type { LogEntry } from './http/request-log.ts';
export { createSessionServer, type SessionServer, type SessionServerOptions } from './http/session-server.ts';
export {
  createTools,
  type Tool,
  type ToolAnswer,
  type ToolError,
  type Tools,
  type ToolsOptions,
} from './operations/tools.ts';
export type { AccessClaims } from './tokens/access-claims.ts';
export {
  createAccessTokens,
  type AccessTokens,
  type AccessTokensOptions,
  type IssuedAccessToken,
} from './tokens/access-tokens.ts';
export { memoryKeyStore, type KeyStore } from './tokens/key-store.ts';
export { createMac, type ChangingMacOptions, type MacOptions, type MacSecrets } from './tokens/mac.ts';
export { createRandom } from './tokens/random.ts';
export {
  createSessionTokens,
  type IssueSessionToken,
  type SessionTokens,
  type SessionTokensOptions,
  type VerifiedSessionToken,
} from './tokens/session-tokens.ts';
export type { ReplayGuard } from './tokens/replay-guard.ts';
export type { SessionTokenClaims } from './tokens/session-token-claims.ts';
export type { SessionTokenKeys } from './tokens/session-token-keys.ts';
export type { TokenSecret } from './tokens/token-secrets.ts';
export type { SigningAlgorithm, StoredKey } from './tokens/signing-key.ts';
