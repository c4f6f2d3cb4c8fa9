import type { Clock } from '../core/ports.ts';
import type { LeaseStore, Locks } from './lock-manager.ts';

interface Lease {
  owner: string;
  /** When it ends if nothing more is heard of its owner, epoch milliseconds. */
  until: number;
}

/** Grows while it is held, so that work of milliseconds is soon forgotten when its tab dies, and a long stay costs little. */
const firstLeaseMs = 10_000;
const longestLeaseMs = 90_000;
/** Grows while it is waited for. */
const firstPauseMs = 50;
const longestPauseMs = 30_000;

/**
 * What Web Locks do, by leases with an end in a store that all tabs see. A storage that fails grants everything: the lock saves
 * requests, nothing is correct because of it.
 */
export function leaseLocks(clock: Clock, store: LeaseStore = memoryLeases()): Locks {
  const edit = (name: string, change: (lease: Lease | undefined) => Lease | undefined): Promise<void> =>
    store.edit(name, (found) => change(isLease(found) ? found : undefined)).catch(() => {});

  return {
    async request(name, { signal, steal = false }, granted) {
      const owner = `${clock.monotonic()} ${Math.random()}`;
      const lease = (ms: number): Lease => ({ owner, until: clock.now() + ms });
      const throwIfWithdrawn = (): void => {
        if (signal?.aborted) throw new DOMException('The wait for a lease was withdrawn.', 'AbortError');
      };

      for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.25, longestPauseMs)) {
        throwIfWithdrawn();
        let taken = true;
        await edit(name, (found) => {
          const left = found ? found.until - clock.now() : 0;
          // One that ends later than any can was made before the clock was set back.
          taken = steal || left <= 0 || left > longestLeaseMs;
          return taken ? lease(firstLeaseMs) : found;
        });
        if (taken) break;
        await pause(clock, pauseMs, signal);
      }

      let over = false;
      let lost = (): void => {};
      let stopTimer = (): void => {};
      const robbed = new Promise<never>((_, reject) => {
        lost = () => reject(new DOMException('The lease was taken by force.', 'AbortError'));
      });
      const renew = async (ms: number): Promise<void> => {
        let mine = true;
        await edit(name, (found) => {
          mine = !over && found?.owner === owner;
          return mine ? lease(ms) : found;
        });
        if (over) return;
        if (mine) keepFor(Math.min(ms * 2, longestLeaseMs));
        else lost();
      };
      const keepFor = (ms: number): void => {
        stopTimer = clock.after(ms / 3, () => void renew(ms));
      };
      try {
        throwIfWithdrawn();
        keepFor(firstLeaseMs);
        return await Promise.race([(async () => granted())(), robbed]);
      } finally {
        over = true;
        stopTimer();
        await edit(name, (found) => (found?.owner === owner ? undefined : found));
      }
    },
  };
}

/** Leases of one process, for runtimes whose vault is in memory too. */
function memoryLeases(): LeaseStore {
  const leases = new Map<string, unknown>();
  return { edit: async (key, change) => void leases.set(key, change(leases.get(key))) };
}

function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stop();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const stop = clock.after(ms, done);
    signal?.addEventListener('abort', done);
  });
}

function isLease(found: unknown): found is Lease {
  const { owner, until } = (found ?? {}) as Partial<Lease>;
  return typeof owner === 'string' && typeof until === 'number';
}
