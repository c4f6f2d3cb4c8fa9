import type { VaultRecord } from './record.ts';

/** A revocation that the server has not taken yet. The token in it can only revoke. */
export interface Revocation {
  sessionId: string;
  revocationToken: string;
  at: number;
}

/** Everything a vault holds. */
export interface VaultContents {
  record: VaultRecord | null;
  outbox: readonly Revocation[];
  /** Last activity of the person in any tab, epoch milliseconds. */
  activityAt: number | null;
  /** Why `record` is null although something is stored. `newer`: written by a later version; it is left alone. */
  trouble: 'corrupt' | 'newer' | null;
}

/** Where tokens really rest. */
export type Persistence = 'persistent' | 'tab' | 'memory';

/** Where tokens rest on the client. Shared by all tabs of the same name. */
export interface Vault {
  /** Where it keeps things at this moment; `memory` after a fallback. */
  persistence(): Persistence;
  /** Calls back when `persistence()` changes, with the error behind it. */
  subscribe(listener: (error: unknown) => void): () => void;
  /** @throws SessionError `storage_unavailable`, within a bounded time. */
  read(): Promise<VaultContents>;
  /**
   * One read-write transaction: `change` sees what is stored now and returns what shall be; the same object means no write.
   * It must be pure and synchronous, and may run more than once. Settles when the transaction has completed.
   * Unreadable contents are moved aside (quarantined) by the first write over them.
   * @throws SessionError `storage_unavailable`, within a bounded time; nothing was written then.
   */
  update(change: (contents: VaultContents) => VaultContents): Promise<VaultContents>;
  /** Lets go of connections. Later calls reopen them. */
  close(): void;
}

/** A vault with nothing in it. */
export const emptyContents: VaultContents = /* @__PURE__ */ Object.freeze({
  record: null,
  outbox: Object.freeze([]),
  activityAt: null,
  trouble: null,
});
