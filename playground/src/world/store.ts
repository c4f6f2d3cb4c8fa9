import { useSyncExternalStore } from 'react';
import type { Readable } from 'sojourn';

/** A small store for what the playground knows besides the session. */
export interface Store<T> extends Readable<T> {
  set(next: T): void;
  update(change: (before: T) => T): void;
}

/** Creates a {@link Store}. */
export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  const set = (next: T): void => {
    if (Object.is(next, value)) return;
    value = next;
    for (const listener of [...listeners]) listener();
  };
  return {
    getState: () => value,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    set,
    update: (change) => set(change(value)),
  };
}

/** Reads any store of this shape. */
export function useStore<T>(store: Readable<T>): T {
  return useSyncExternalStore(store.subscribe, store.getState);
}
