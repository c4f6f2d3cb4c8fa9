import type { EndReason } from '../../protocol/end-reason.ts';
import type { SessionError } from '../../protocol/session-error.ts';
import type { User } from '../../protocol/session-view.ts';
import type { Connection } from './session-state.ts';

/** What a manager reports through `on`. Nothing in it is secret. */
export interface SessionEvents<U extends { id: string } = User> {
  /** Somebody signed in, here or in another tab. */
  signed_in: { user: U; byThisTab: boolean };
  /** The tokens were renewed, here or in another tab. */
  refreshed: { generation: number; byThisTab: boolean };
  /** The session ended. Fires once in every tab. */
  ended: { reason: EndReason; user: U | null };
  /** Another person signed in in another tab. Fires before any request can carry the new person's token. */
  identity_changed: { from: U; to: U };
  /** A refresh did not work; the session goes on. `retryInMs` null: nothing can renew it, and it ends with its access token. */
  refresh_failed: { error: SessionError; retryInMs: number | null };
  /** The API refused a token that had just been refreshed. */
  rejected_after_refresh: { url: string };
  connection_changed: { connection: Connection };
  /** Storage refused; the session goes on in memory. */
  storage_degraded: { error: unknown };
  /**
   * Somebody signed in by this tab, and the tokens are bound to no key: this page has no WebCrypto (plain http, and not
   * localhost). Whoever takes them can use them elsewhere.
   */
  binding_unavailable: Record<never, never>;
  /** The lock was held for too long (a frozen tab) and was taken by force. Nothing is lost by it. */
  lock_stolen: Record<never, never>;
  /** The warning before the idle limit began. */
  idle_warning: { deadline: number };
  /** The session will end at `endsAt` (this machine's clock) whatever anybody does. */
  absolute_warning: { endsAt: number };
  /** The session's data or the list of devices changed at the server. */
  changed: Record<never, never>;
}
