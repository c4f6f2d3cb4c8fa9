import { SessionError } from '../../protocol/session-error.ts';
import type { Connection } from './session-state.ts';
import type { Tab } from './tab.ts';

/** Why nobody can be spoken for here right now. */
export function nobodySignedIn(tab: Tab): SessionError {
  const ended = tab.ended();
  return ended
    ? new SessionError('session_ended', `The session is over (${ended.reason}). Sign in again.`, {
        reason: ended.reason,
      })
    : new SessionError('unauthenticated', 'Nobody is signed in. Sign in first.');
}

/** Why the session cannot be renewed although it has not ended. */
export function cannotRenew(reason: string): SessionError {
  return new SessionError('session_ended', `The session cannot be renewed any more (${reason}). Sign in again.`, {
    reason,
  });
}

/** The error as ours: what is not a SessionError came from storage, the only foreign thing under the core. */
export function asSessionError(error: unknown): SessionError {
  return error instanceof SessionError
    ? error
    : new SessionError('storage_unavailable', 'The browser storage failed. The session is kept; try again later.', {
        cause: error,
      });
}

/** What a failed request says about the connection. */
export function connectionAfter(error: SessionError): Connection {
  return error.code === 'offline' || error.code === 'network_error' ? 'offline' : 'degraded';
}
