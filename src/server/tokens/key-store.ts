import type { StoredKey } from './signing-key.ts';

/**
 * Where signing keys rest. Keys are only added and removed, never changed, and which one signs follows from their times:
 * servers that share a store cannot overwrite each other's keys, they only get to see more of them.
 */
export interface KeyStore {
  list(): Promise<StoredKey[]>;
  add(key: StoredKey): Promise<void>;
  remove(kid: string): Promise<void>;
}

/** Keys that end with the process: tests, the playground, the memory store. */
export function memoryKeyStore(): KeyStore {
  const keys = new Map<string, StoredKey>();
  return {
    list: async () => [...keys.values()],
    add: async (key) => void keys.set(key.kid, key),
    remove: async (kid) => void keys.delete(kid),
  };
}
