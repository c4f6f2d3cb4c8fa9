import type { RefusalReason } from '../../protocol/end-reason.ts';
import type { Renewal } from './session.ts';

/** Why a record carries a death mark. `unknown` is said of tokens only. */
export type DeathReason = Exclude<RefusalReason, 'unknown'>;

/**
 * A session as stores keep it. Never changed in place: every step makes a new one.
 * Times are epoch milliseconds on the store's clock. Holds no secret; a leak of it mints no token.
 */
export interface SessionRecord {
  /** Public id. */
  readonly id: string;
  readonly userId: string;
  readonly type: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastActivityAt: number;
  /** When the person last proved who they are: at first the creation. */
  readonly authenticatedAt: number;
  /** How they did, in the app's words (`acr`), or null. */
  readonly acr: string | null;
  /** Null before the first rotation. */
  readonly lastRefreshedAt: number | null;
  readonly windowMs: number | null;
  readonly windowEndsAt: number | null;
  /** Written once; no step moves an end past it. */
  readonly absoluteEndsAt: number | null;
  readonly idleTimeoutMs: number | null;
  readonly renewal: Renewal;
  readonly remembered: boolean;
  /** Number of the refresh token that is good now. */
  readonly generation: number;
  /** Tags of the last five attempt keys, newest first, ten characters each. */
  readonly attempts: string;
  /** Creation stamp, given by the store (0 before). The session is dead when the user's not-before stamp has reached it. */
  readonly stamp: number;
  /** Id of the MAC key at creation: the revocation token stays the same when keys rotate, until that key is retired. */
  readonly keyId: number;
  readonly keyThumbprint: string | null;
  readonly deviceLabel: string | null;
  readonly userAgent: string | null;
  /** The id that its creator gave it, or null: the public id is always our own, and this one leads to it. */
  readonly alias: string | null;
  /** JSON text of what was known of the surroundings at creation; never changed, never part of a decision. */
  readonly trustContext: string | null;
  /** What the person did last, in the app's words, and when. */
  readonly lastAction: string | null;
  readonly lastActionAt: number | null;
  /** Number of the session token that is good now; raised when a back end renews the session. */
  readonly tokenGeneration: number;
  /** JSON text of the app's data; null is the empty object, the usual case. */
  readonly data: string | null;
  /** Raised by every write of the data. */
  readonly version: number;
  readonly endedAt: number | null;
  readonly endReason: DeathReason | null;
}
