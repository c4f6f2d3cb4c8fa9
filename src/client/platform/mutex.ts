import { SessionError } from '../../protocol/session-error.ts';
import type { Cleanup, Clock, Mutex, Random } from '../core/ports.ts';
import type { PageLifecycle } from './lifecycle.ts';
import type { Locks } from './lock-manager.ts';
import { isAbort } from './locks.ts';
import { onAbort } from './on-abort.ts';
import { whileAwake } from './while-awake.ts';

export { webLocks } from './locks.ts';

/** What a {@link lockMutex} stands on. */
export interface MutexParts {
  locks: Locks;
  clock: Clock;
  lifecycle: PageLifecycle;
  random: Random;
}

/** Those who wait for the same frozen holder should not rob each other in turn. */
const longestJitterMs = 500;

/**
 * A mutex on Web Locks. The browser frees the lock of a dead tab by itself; a frozen one never frees it, and a cached page
 * that queues for it starves all behind it. So waits are bounded and then steal, and a page that goes away withdraws its
 * requests and lets go of what it holds.
 */
export function lockMutex(name: string, { locks, clock, lifecycle, random }: MutexParts): Mutex {
  /** Settles when the lock was given back, withdrawn or stolen. */
  const ask = (options: Parameters<Locks['request']>[1], granted: () => unknown): Promise<unknown> =>
    locks.request(`sojourn:${name}`, options, granted).catch((error) => {
      if (!isAbort(error)) throw error;
    });
  const untilAborted = (signal: AbortSignal): Promise<void> => new Promise((resolve) => onAbort(signal, resolve));

  return {
    async run(work, { timeoutMs, signal, mayStealIn, onSteal }) {
      const waiting = new AbortController();
      const forgetSignal = onAbort(signal, () => waiting.abort());
      let result: ReturnType<typeof work> | undefined;

      await whileAwake(lifecycle, waiting.signal, async (turn) => {
        const queued = new AbortController();
        onAbort(turn, () => queued.abort());
        let stopTimer: Cleanup = () => {};
        let stolen: Promise<unknown> | undefined;
        const granted = (): unknown => {
          if (result || turn.aborted) return;
          stopTimer();
          forgetSignal();
          result = work();
          return Promise.race([result.catch(() => {}), untilAborted(turn)]);
        };
        const stealIn = (ms: number): void => {
          const due = clock.monotonic() + ms;
          stopTimer = clock.after(ms, () => void overdue(due));
        };
        const overdue = async (due: number): Promise<void> => {
          // Timers may fire early by a little.
          let left = due - clock.monotonic();
          if (left <= 0) left = (await mayStealIn?.().catch(() => 0)) ?? 0;
          if (result || turn.aborted) return;
          if (left > 0) return stealIn(left);
          onSteal();
          stolen = ask({ steal: true }, granted);
          queued.abort();
        };
        stealIn(timeoutMs + random.fraction() * Math.min(timeoutMs / 4, longestJitterMs));
        await ask({ signal: queued.signal }, granted);
        stopTimer();
        await stolen;
        return !!result;
      });
      if (result) return result;
      throw new SessionError('aborted', 'The wait for the lock was given up by its caller.', { cause: signal.reason });
    },

    hold: (work, signal) =>
      whileAwake(lifecycle, signal, async (turn) => {
        let ended: Promise<void> | undefined;
        await ask({ signal: turn }, () => {
          if (turn.aborted) return;
          const done = work(turn);
          // An end that follows from the abort is a pause; one that comes by itself is the end.
          const end = (): void => void (turn.aborted || (ended = done));
          return Promise.race([done.then(end, end), untilAborted(turn)]);
        });
        await ended;
        return !!ended;
      }),
  };
}
