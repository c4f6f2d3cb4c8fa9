import { SessionError } from '../../protocol/session-error.ts';
import type { Change } from './decide-change.ts';

/** A refused write as the error its caller gets. */
export function refused(answer: Extract<Change, { outcome: 'refused' }>): SessionError {
  return answer.missing ? notFound() : ended(answer.reason);
}

/** The session exists, and is over. */
export function ended(reason: string): SessionError {
  return new SessionError('session_ended', `The session has ended (${reason}); the person has to sign in again.`, {
    status: 401,
    reason,
  });
}

/** No such session, or its tombstone has gone. */
export function notFound(): SessionError {
  return new SessionError('session_not_found', 'There is no session with this id.', { status: 404 });
}

/** The call itself is wrong. */
export function invalidArgument(message: string): SessionError {
  return new SessionError('invalid_argument', message, { status: 400 });
}
