import type { Abort, Clock, Mutex } from './ports.ts';

/** What {@link runBounded} needs to know. */
export interface BoundedLockOptions {
  clock: Clock;
  abort: () => Abort;
  /** How long to wait before the lock is taken by force. */
  timeoutMs: number;
  /** After this long without any answer from the lock, not even by force, the work runs without it. */
  giveUpMs: number;
  mayStealIn: () => Promise<number>;
  onSteal: () => void;
  /** Filled in with a way to end the wait early; the work then runs without the lock. */
  waiting: (stop: () => void) => void;
}

/**
 * Runs `work` under the lock, or without it when no lock can be had: the lock saves requests, it does not make anything correct.
 * So whatever the lock does (never granted, throws, granted twice), `work` runs exactly once, within a bounded time.
 */
export function runBounded<T>(mutex: Mutex, work: () => Promise<T>, options: BoundedLockOptions): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const { clock, timeoutMs, mayStealIn, onSteal } = options;
    const wait = options.abort();
    let started = false;
    const once = (): Promise<void> => {
      if (started) return Promise.resolve();
      started = true;
      stopTimer();
      // The lock is held until the work is done, and is not told of its failure: that belongs to whoever asked.
      return work().then(resolve, reject);
    };
    const goOn = (): void => {
      if (started) return;
      void once();
      wait.abort();
    };
    const stopTimer = clock.after(options.giveUpMs, goOn);
    options.waiting(goOn);
    mutex.run(once, { timeoutMs, signal: wait.signal, mayStealIn, onSteal }).catch(goOn);
  });
}
