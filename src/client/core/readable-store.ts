import type { Reporter } from './ports.ts';
import type { Readable } from './session-state.ts';

/** A {@link Readable} that its owner can set. */
export interface WritableStore<T> extends Readable<T> {
  /** Setting the value that is there already tells nobody. */
  set(next: T): void;
}

/** A value that can be watched. Listeners are isolated: one that throws is reported and stops no other. */
export function createStore<T>(initial: T, reporter: Reporter): WritableStore<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    getState: () => value,
    subscribe(listener) {
      // A wrapper of its own, so that one function subscribed twice is called twice and taken back one at a time.
      const entry = (): void => listener();
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) void callIsolated(listener, undefined, reporter);
    },
  };
}

/**
 * Calls somebody else's function at once, and settles when it has. What it throws, now or later, is reported and disturbs
 * nobody here.
 */
export async function callIsolated<T>(
  listener: (detail: T) => unknown,
  detail: T,
  { report }: Reporter,
): Promise<void> {
  try {
    await listener(detail);
  } catch (error) {
    report(error);
  }
}
