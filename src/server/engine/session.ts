import type { Duration } from '../../protocol/duration.ts';
import type { RefusalReason } from '../../protocol/end-reason.ts';
import type { JsonObject } from './json.ts';

/** A session as back ends see it. Times are epoch milliseconds on the server's clock. Holds nothing secret. */
export interface Session {
  /** `session_` + base64url(user tag 12 bytes | sid 16 bytes). A handle, not a secret. */
  id: string;
  /** The id its creator gave it, or null; every operation takes this one, too. */
  alias: string | null;
  type: string;
  userId: string;
  state: 'active' | 'renewal_due' | 'expired' | 'revoked';
  createdAt: number;
  updatedAt: number;
  /** The last thing the person did ({@link Sessions.touch}); reading and refreshing are not activity. */
  lastActivityAt: number;
  /** When the person last proved who they are: the sign-in, or a later {@link Sessions.reauthenticated}. */
  authenticatedAt: number;
  /** How they did then, in the app's words (`acr`, authentication context class reference), or null. */
  acr: string | null;
  lastRefreshedAt: number | null;
  /** The earliest of window, idle and absolute end; null when nothing ends it. */
  endsAt: number | null;
  windowEndsAt: number | null;
  absoluteEndsAt: number | null;
  idleTimeoutMs: number | null;
  renewal: Renewal;
  remembered: boolean;
  /** Number of the current rotation. */
  generation: number;
  /** RFC 7638 thumbprint of the key the session is bound to (RFC 9449), or null. */
  keyThumbprint: string | null;
  device: Device;
  /** What was known of the surroundings at creation (an address, a risk score). Never changed, never part of a decision. */
  trustContext: JsonObject | null;
  /** What the person did last, in the app's words. */
  lastAction: { action: string; at: number } | null;
  /** Number of the session token that is good now; {@link Sessions.renew} raises it. */
  tokenGeneration: number;
  /** Why it is over, when it is. */
  endReason: RefusalReason | null;
  data: JsonObject;
  /** Raised by every write of the data (a touch or a refresh is no conflict); pass it back as `ifVersion` for a compare-and-set. */
  version: number;
}

/**
 * What moves the window end: `'none'` nothing; `'manual'` a refresh; `'access'` a touch or a refresh; `'half-life'` a touch
 * or a refresh in the second half of the window. Never back, and never past the absolute end.
 */
export type Renewal = 'none' | 'manual' | 'access' | 'half-life';

/** What a person recognises a session by in the list of their devices. */
export interface Device {
  label: string | null;
  userAgent: string | null;
}

/** What {@link Sessions.create} takes. Everything but `userId` has a default. */
export interface CreateSession {
  /** May be left out where the type has a selector, which then finds it in the data. */
  userId?: string;
  type?: string;
  /** An id of the caller's choice: 1 to 128 characters of `A-Za-z0-9_.:~-`. It leads to the session as its own id does. */
  id?: string;
  /** A fixed end instead of a window: no use moves it, only {@link Sessions.setEnd}, `extend` and `renew` do. */
  endsAt?: number;
  /** At most 4 KiB of JSON. */
  trustContext?: JsonObject | null;
  /** Most live sessions this user may have, this one included; the oldest end. Default: the engine's; null for any number. */
  maxPerUser?: number | null;
  /** A longer stay (own defaults: idle 14 days, absolute 30 days), marked so that a step-up can ask for it. */
  remember?: boolean;
  idleTimeout?: Duration | null;
  absoluteTimeout?: Duration | null;
  window?: Duration | null;
  renewal?: Renewal;
  device?: Partial<Device>;
  /**
   * When the person proved who they are, in epoch milliseconds, where that was earlier: a session that begins by itself is no
   * proof of anybody. Default: now.
   */
  authenticatedAt?: number;
  /** How they did (`acr`): 1 to 128 printable ASCII characters without spaces, quotes and backslashes. Default: null. */
  acr?: string | null;
  /** RFC 7638 thumbprint of the client's key; binds the session to it. */
  keyThumbprint?: string | null;
  data?: JsonObject;
}

/** A session together with the secrets that are told once, to its client. */
export interface IssuedSession {
  session: Session;
  refreshToken: string;
  /** Fixed for the life of the session; it can only revoke. */
  revocationToken: string;
  /** The user's not-before stamp at creation; access tokens carry it. */
  stamp: number;
}
