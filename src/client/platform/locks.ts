import type { Clock } from '../core/ports.ts';
import type { LeaseStore, Locks } from './lock-manager.ts';

/** Matched by name: it may be another frame's class. */
export function isAbort(error: unknown): boolean {
  return (error as Error | null)?.name === 'AbortError';
}

/**
 * Web Locks, or leases in their place: the locks are absent on insecure origins and in old Nodes, null in happy-dom, and
 * refuse in sandboxed frames, some by throwing.
 */
export function webLocks(clock: Clock, store: (clock: Clock) => LeaseStore | undefined): Locks {
  let leases: Promise<Locks> | undefined;
  return {
    async request(...args) {
      let granted = false;
      const [name, options, run] = args;
      try {
        const locks = globalThis.navigator?.locks as Locks | null | undefined;
        if (locks) return await locks.request(name, options, () => ((granted = true), run()));
      } catch (error) {
        if (granted || isAbort(error)) throw error;
      }
      leases ??= import('./lease-locks.ts').then(({ leaseLocks }) => leaseLocks(clock, store(clock)));
      return (await leases).request(...args);
    },
  };
}
