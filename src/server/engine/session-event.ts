/** Something that happened to a session. Persisted first, then published. */
export interface SessionEvent {
  /** Position in the log of the whole store; a reader resumes after it. Grows, with gaps. */
  cursor: number;
  type:
    | 'session.created'
    | 'session.updated'
    | 'session.touched'
    /** Its person proved anew who they are; `detail.acr` says how. */
    | 'session.reauthenticated'
    /** What access tokens say of its user has changed: those of before are stale. */
    | 'session.claims_changed'
    /** The end of its window was moved. */
    | 'session.extended'
    | 'session.refreshed'
    | 'session.expired'
    | 'session.revoked'
    | 'session.reuse_detected'
    /** A genuine refresh token came without its key. At most one a minute for a session; the session lives on. */
    | 'session.proof_refused'
    | 'user.sessions_revoked'
    /** The sessions of all users ended. Every subscriber is told, and it is in no user's log. */
    | 'everybody.sessions_revoked';
  /** Empty where it is about everybody. */
  userId: string;
  /** Null for events about all sessions of a user, or of everybody. */
  sessionId: string | null;
  /** Epoch milliseconds on the server's clock. */
  at: number;
  /**
   * For ends: why. For `user.sessions_revoked`: `{ notBefore, count, kept }`, for that of everybody: `{ notBefore }`. Never secret.
   */
  detail: Record<string, string | number | null>;
}
