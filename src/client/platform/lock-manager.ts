/** The part of `LockManager` (Web Locks) that is used. */
export interface Locks {
  /** Rejects with an `AbortError` when the wait is withdrawn or the lock is stolen. */
  request(name: string, options: { signal?: AbortSignal; steal?: boolean }, granted: () => unknown): Promise<unknown>;
}

/** Values that all tabs see, changed in one atomic step. */
export interface LeaseStore {
  edit(key: string, change: (value: unknown) => unknown): Promise<void>;
}
