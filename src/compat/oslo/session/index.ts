export {
  endSession,
  handleSession,
  type HandledSession,
  type SessionRows,
  type StoredSession,
} from './handle-session.ts';
export { SessionController, type Session, type SessionState } from './session-controller.ts';
export { SessionCookie, SessionCookieController, type SessionCookieOptions } from './session-cookie-controller.ts';
