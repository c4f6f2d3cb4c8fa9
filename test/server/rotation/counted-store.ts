import { createMemoryStore } from 'sojourn/server/stores/memory';
import type { Store } from '../../../src/server/engine/store.ts';

/** A memory store that tells which operations it was asked for. */
export function countedStore(): { store: Store; taken(): string[] } {
  const memory = createMemoryStore();
  let operations: string[] = [];
  const store = new Proxy(memory, {
    get: (target, name) => {
      operations.push(String(name));
      return Reflect.get(target, name) as unknown;
    },
  });
  return {
    store,
    taken: () => {
      const taken = operations;
      operations = [];
      return taken;
    },
  };
}
