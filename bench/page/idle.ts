// A tab where nobody does anything: notes every timer that is set and every touch of storage.
import { createSessionManager } from 'sojourn';

/** What went on since {@link IdleTab.start}. Delays in milliseconds. */
export interface IdleNotes {
  timers: number[];
  storage: string[];
}

/** What a tab can be told to do. */
export interface IdleTab {
  signIn(): Promise<void>;
  /** Forgets what was noted; timers that are still to fire stay noted. */
  start(): void;
  notes(): IdleNotes;
}

declare global {
  var idleTab: IdleTab;
}

const pending = new Map<unknown, number>();
let timers: number[] = [];
let storage: string[] = [];

const { setTimeout: set, clearTimeout: clear, setInterval: repeat } = globalThis;
globalThis.setTimeout = ((run: () => void, ms = 0) => {
  const timer = set(() => {
    pending.delete(timer);
    run();
  }, ms);
  pending.set(timer, ms);
  timers.push(ms);
  return timer;
}) as typeof setTimeout;
globalThis.clearTimeout = (timer) => {
  pending.delete(timer);
  clear(timer);
};
globalThis.setInterval = ((run: () => void, ms = 0) => {
  timers.push(ms);
  return repeat(run, ms);
}) as typeof setInterval;

function watch(prototype: object, methods: readonly string[]): void {
  const owner = prototype as Record<string, (...args: unknown[]) => unknown>;
  for (const method of methods) {
    const original = owner[method];
    if (!original) throw new Error(`There is no ${method} to watch.`);
    owner[method] = function (this: unknown, ...args: unknown[]): unknown {
      storage.push(method);
      return original.apply(this, args);
    };
  }
}
watch(IDBObjectStore.prototype, ['get', 'getAll', 'getKey', 'openCursor', 'put', 'add', 'delete']);
watch(IDBFactory.prototype, ['open']);
watch(Storage.prototype, ['getItem', 'setItem', 'removeItem']);

const manager = createSessionManager({ url: location.origin, name: 'idle', liveEvents: false });
await manager.ready();

globalThis.idleTab = {
  async signIn() {
    await manager.signIn({ username: 'ada' });
  },
  start() {
    timers = [...pending.values()];
    storage = [];
  },
  notes: () => ({ timers, storage }),
};
document.title = 'ready';
