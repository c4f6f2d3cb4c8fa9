import { isSessionError } from '../../protocol/session-error.ts';
import type { Cleanup, Clock } from '../core/ports.ts';
import type { Vault, VaultContents } from '../core/vault.ts';
import { memoryVault } from './memory.ts';

/** How long storage is tried for at the start before the session goes on in memory. */
const patienceMs = 3000;
const firstPauseMs = 50;
/** Afterwards it is tried again now and then, rarely enough to let the machine sleep. */
const firstRetryMs = 30_000;
const longestRetryMs = 300_000;

/**
 * `main`, or memory where it cannot be had: it never answers, or refuses a new sign-in (a full disk).
 * A session that rests in `main` never moves to memory: its failures are passed on, because rotating a session that the
 * other tabs cannot see would end it for all. When `main` works again, what happened in memory is brought into it.
 */
export function fallbackVault(main: Vault, clock: Clock): Vault {
  const listeners = new Set<(error: unknown) => void>();
  let spare: Vault | undefined;
  let last: VaultContents | undefined;
  let contact: Promise<void> | undefined;
  let stopTimer: Cleanup = () => {};

  const moveTo = (vault: Vault | undefined, error: unknown): void => {
    stopTimer();
    spare = vault;
    if (vault && mayHeal(error)) retryIn(firstRetryMs);
    for (const listener of [...listeners]) listener(error);
  };
  const retryIn = (ms: number): void => {
    stopTimer = clock.after(ms, () => void bringBack().catch(() => retryIn(Math.min(ms * 2, longestRetryMs))));
  };

  /** The first answer decides where we are. Storage that is only late (a machine that just woke) is waited for. */
  const findOut = async (): Promise<void> => {
    const until = clock.monotonic() + patienceMs;
    for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
      try {
        last = await main.read();
        return;
      } catch (error) {
        if (!mayHeal(error) || clock.monotonic() + pauseMs > until) return moveTo(memoryVault(), error);
        await new Promise<void>((resolve) => void clock.after(pauseMs, resolve));
      }
    }
  };

  const bringBack = async (): Promise<void> => {
    const { moveInto } = await import('./merge.ts');
    last = await moveInto(main, spare as Vault);
    moveTo(undefined, null);
  };

  return {
    persistence: () => (spare ?? main).persistence(),
    subscribe(listener) {
      const mine = (error: unknown): void => listener(error);
      listeners.add(mine);
      return () => void listeners.delete(mine);
    },
    async read() {
      if (!contact) {
        await (contact = findOut());
        if (!spare && last) return last;
      }
      await contact;
      return spare ? spare.read() : (last = await main.read());
    },
    async update(change) {
      await (contact ??= findOut());
      if (spare) return spare.update(change);
      try {
        return (last = await main.update(change));
      } catch (error) {
        if (!mayHeal(error)) throw error;
        // A sign-in goes on in memory. Everything else has to wait for `main`.
        const known = await main.read().catch(() => last);
        const next = known && change(known);
        if (next?.record?.kind !== 'live' || next.record.sessionId === known?.record?.sessionId) throw error;
        const memory = memoryVault();
        const contents = await memory.update(() => next);
        moveTo(memory, error);
        return contents;
      }
    },
    close() {
      stopTimer();
      main.close();
    },
  };
}

function mayHeal(error: unknown): boolean {
  return isSessionError(error) && error.code === 'storage_unavailable' && error.retryable;
}
