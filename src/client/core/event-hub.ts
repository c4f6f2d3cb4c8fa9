import type { Reporter } from './ports.ts';
import { callIsolated } from './readable-store.ts';

/** Named events with typed details. */
export interface EventHub<Events> {
  on<K extends keyof Events>(event: K, listener: (detail: Events[K]) => void): () => void;
  emit<K extends keyof Events>(event: K, detail: Events[K]): void;
}

/** Creates an {@link EventHub}. Listeners are called in order of subscription, each isolated from the others. */
export function createEventHub<Events>(reporter: Reporter): EventHub<Events> {
  const listeners = new Map<keyof Events, Set<(detail: never) => void>>();
  return {
    on(event, listener) {
      const entry = (detail: never): void => listener(detail);
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set.add(entry));
      return () => void set.delete(entry);
    },
    emit(event, detail) {
      for (const listener of [...(listeners.get(event) ?? [])])
        void callIsolated(listener as (d: typeof detail) => void, detail, reporter);
    },
  };
}
