export { durationMs, type Duration } from './duration.ts';
export { endReasons, refusalReasons, type EndReason, type RefusalReason } from './end-reason.ts';
export { problemSchema, type Problem } from './problem.ts';
export { serverEventSchema, type ServerEvent } from './server-event.ts';
export { isSessionError, SessionError, type SessionErrorCode, type SessionErrorOptions } from './session-error.ts';
export { sessionViewSchema, userSchema, type SessionView, type User } from './session-view.ts';
export { isTabMessage, type TabMessage } from './tab-message.ts';
export { tokenResponseSchema, type TokenResponse } from './token-response.ts';
