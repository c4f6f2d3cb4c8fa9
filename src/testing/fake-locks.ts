import type { Locks } from '../client/platform/lock-manager.ts';
import { createGate, type Gate } from './gate.ts';

/** The lock manager of one simulated browser. */
export interface FakeLocks {
  /** The locks as one tab sees them. */
  forTab(gate: Gate): Locks;
  /**
   * Takes a lock as a page does that never gives it back (and is not one of ours). Answers how to free it.
   *
   * @param name that of a manager for `https://auth.example.com` is `sojourn:default@https://auth.example.com`: its `name`, and its
   * server without the last slash
   */
  seize(name: string): () => void;
  /** Frees and forgets everything of a tab that is gone. */
  forget(gate: Gate): void;
  /** Requests that wait, over all names. */
  waiting(): number;
  held(): number;
}

interface Entry {
  gate: Gate;
  granted: () => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** Creates {@link FakeLocks} that behave as Web Locks do, frozen and dead tabs included. */
export function fakeLocks(): FakeLocks {
  const holders = new Map<string, Entry>();
  const queues = new Map<string, Entry[]>();

  const queueOf = (name: string): Entry[] => {
    const queue = queues.get(name) ?? [];
    queues.set(name, queue);
    return queue;
  };

  function grant(name: string, entry: Entry): void {
    holders.set(name, entry);
    // The browser has granted it whatever the tab is up to; the tab learns of it when it runs.
    entry.gate.run(() => {
      (async () => entry.granted())()
        .then(entry.resolve, entry.reject)
        .finally(() => free(name, entry));
    });
  }

  function free(name: string, entry: Entry): void {
    if (holders.get(name) !== entry) return;
    holders.delete(name);
    const next = queueOf(name).shift();
    if (next) grant(name, next);
  }

  function withdraw(name: string, entry: Entry): boolean {
    const queue = queueOf(name);
    const place = queue.indexOf(entry);
    if (place >= 0) queue.splice(place, 1);
    return place >= 0;
  }

  function steal(name: string, entry: Entry): void {
    const robbed = holders.get(name);
    holders.delete(name);
    robbed?.gate.run(() => robbed.reject(new DOMException('Lock was stolen', 'AbortError')));
    grant(name, entry);
  }

  return {
    forTab: (gate) => ({
      request(name, { signal, steal: byForce = false }, granted) {
        return new Promise((resolve, reject) => {
          const entry: Entry = { gate, granted, resolve, reject };
          if (signal?.aborted) return reject(new DOMException('Request aborted', 'AbortError'));
          // A callback never runs inside `request`.
          queueMicrotask(() => {
            if (signal?.aborted || gate.state === 'gone') return;
            if (byForce) steal(name, entry);
            else if (holders.has(name)) queueOf(name).push(entry);
            else grant(name, entry);
          });
          signal?.addEventListener('abort', () => {
            if (withdraw(name, entry) || holders.get(name) !== entry)
              reject(new DOMException('Request aborted', 'AbortError'));
          });
        });
      },
    }),
    seize(name) {
      const entry: Entry = {
        gate: createGate(),
        granted: () => new Promise(() => {}),
        resolve: () => {},
        reject: () => {},
      };
      steal(name, entry);
      return () => free(name, entry);
    },
    forget(gate) {
      for (const queue of queues.values())
        for (const entry of queue.filter((waiting) => waiting.gate === gate)) queue.splice(queue.indexOf(entry), 1);
      for (const [name, entry] of [...holders]) if (entry.gate === gate) free(name, entry);
    },
    waiting: () => [...queues.values()].reduce((sum, queue) => sum + queue.length, 0),
    held: () => holders.size,
  };
}
