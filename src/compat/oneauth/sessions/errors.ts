/** There is no session of this id. */
export class SessionNotFoundError extends Error {
  override readonly name: string = 'SessionNotFoundError';
  readonly code = 'SESSION_NOT_FOUND' as const;
  readonly sessionId: string;

  constructor(sessionId: string) {
    super('There is no session with this id.');
    this.sessionId = sessionId;
  }
}

/** The session was ended by somebody. */
export class SessionRevokedError extends Error {
  override readonly name: string = 'SessionRevokedError';
  readonly code = 'SESSION_REVOKED' as const;
  readonly sessionId: string;

  constructor(sessionId: string) {
    super('The session was revoked; the person has to sign in again.');
    this.sessionId = sessionId;
  }
}

/** The session ended by the passing of time. */
export class SessionExpiredError extends Error {
  override readonly name: string = 'SessionExpiredError';
  readonly code = 'SESSION_EXPIRED' as const;
  readonly sessionId: string;
  /** `'idle'`: its window passed without a refresh; `'absolute'`: its whole life is over. */
  readonly reason: 'idle' | 'absolute';

  constructor(sessionId: string, reason: 'idle' | 'absolute') {
    super(`The session has expired (${reason}); the person has to sign in again.`);
    this.sessionId = sessionId;
    this.reason = reason;
  }
}
