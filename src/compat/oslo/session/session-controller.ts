import { isRenewalDue } from '../../../server/engine/life.ts';
import { createDate, isWithinExpirationDate } from '../expiration-date.ts';
import type { TimeSpan } from '../time-span.ts';
import { SessionCookieController, type SessionCookieOptions } from './session-cookie-controller.ts';

/** What has to be kept of a session. */
export interface Session {
  sessionId: string;
  expiresAt: Date;
  /** Whether `expiresAt` is new: then store it, and set the cookie again. */
  fresh: boolean;
}

/**
 * `'idle'`: in the second half of its life, to be renewed by whoever sees it. Not that the person is away. These are oslo's names
 * from 0.16 on; 0.15 called the first two `'valid'` and `'renewal_required'`, and 0.14 had none.
 */
export type SessionState = 'active' | 'idle' | 'expired';

/**
 * Tells whether a stored session is still good, and when it has to be stored anew. Its life slides: a use in the second half
 * of it starts a whole new one, without a last day. Does no I/O, so it goes with any database.
 */
export class SessionController {
  /** How long a session lives after it was made or renewed. */
  expiresIn: TimeSpan;

  constructor(expiresIn: TimeSpan) {
    this.expiresIn = expiresIn;
  }

  /** A session to be stored. The argument becomes its id: pass something that cannot be guessed. */
  createSession(sessionId: string): Session {
    return { sessionId, expiresAt: this.createExpirationDate(), fresh: true };
  }

  /** The session if it lives, renewed when that is due; else null. A session is dead at its very `expiresAt`. */
  validateSessionState(sessionId: string, expiresAt: Date): Session | null {
    switch (this.getSessionState(expiresAt)) {
      case 'expired':
        return null;
      case 'active':
        return { sessionId, expiresAt, fresh: false };
      case 'idle':
        return this.createSession(sessionId);
    }
  }

  /** The same rule for those who store the renewal themselves. */
  getSessionState(expiresAt: Date): SessionState {
    if (!isWithinExpirationDate(expiresAt)) return 'expired';
    const window = { windowEndsAt: expiresAt.getTime(), windowMs: this.expiresIn.milliseconds() };
    return isRenewalDue(window, Date.now()) ? 'idle' : 'active';
  }

  createExpirationDate(): Date {
    return createDate(this.expiresIn);
  }

  /** A cookie of the same life as the sessions. */
  sessionCookieController(cookieName: string, options?: SessionCookieOptions): SessionCookieController {
    return new SessionCookieController(cookieName, this.expiresIn, options);
  }
}
