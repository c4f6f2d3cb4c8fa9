import type { AuthApi } from './sdk-do/auth.ts';
import { createSdk, type Sdk } from './sdk-do/create-sdk.ts';
import type { EventsApi } from './sdk-do/events.ts';
import type { KeyValues } from './sdk-do/key-values.ts';
import type { PathRoot } from './sdk-do/semantic-path.ts';
import type { SessionApi } from './sdk-do/session-api.ts';

export type { AuthApi, Authenticate, AuthUser, Credentials } from './sdk-do/auth.ts';
export { createSdk, type Sdk, type SdkOptions } from './sdk-do/create-sdk.ts';
export {
  InvalidTokenError,
  SessionError,
  SessionExpiredError,
  SessionNotFoundError,
  SessionRevokedError,
  type SessionErrorCode,
} from './sdk-do/errors.ts';
export type { EventHandler, EventMetadata, EventOptions, EventPattern, EventsApi, SdkEvent } from './sdk-do/events.ts';
export type { KeyValues } from './sdk-do/key-values.ts';
export {
  parsePath,
  path,
  triple,
  type PathRoot,
  type SemanticPath,
  type Triple,
  type TripleBuilder,
} from './sdk-do/semantic-path.ts';
export type { CreateSessionInput, SessionApi, SessionHandle, SessionStatus } from './sdk-do/session-api.ts';
export type { SessionData, SessionRecord, SessionState, SessionWithToken } from './sdk-do/session-record.ts';
export type { ScopedValue, ValuesApi } from './sdk-do/session-values.ts';

/** One for the whole program. It makes its engine, in this process, when it is first used. */
const sdk: Sdk = /* @__PURE__ */ createSdk();

/** `$.Subject.predicate.Object`: a name for something, written as code. */
export const $: PathRoot = sdk.$;
/** Sessions. */
export const session: SessionApi = sdk.session;
/** Signing in, by the `authenticate` that {@link configure} was given. */
export const auth: AuthApi = sdk.auth;
/** A small database beside the sessions. */
export const db: KeyValues = sdk.db;
/** Calls a handler for events from now on; see {@link EventsApi.on} for what is told of `deleteAll`. */
export const on: EventsApi['on'] = sdk.on;
/** Calls a handler for one event. */
export const once: EventsApi['once'] = sdk.once;
/** Ends what `on` and `once` began. */
export const off: EventsApi['off'] = sdk.off;
/** Tells an event of the app's own. */
export const send: EventsApi['send'] = sdk.send;
/** Says who may sign in, and, before the first use, where and how sessions are kept. */
export const configure: Sdk['configure'] = sdk.configure;
