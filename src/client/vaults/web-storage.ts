import type { Vault } from '../core/vault.ts';
import { changeText, parseText } from './text.ts';
import { unavailable } from './trouble.ts';

/** Options of {@link webStorageVault}. */
export interface WebStorageVaultOptions {
  /** Which one, by name, because a browser that blocks it throws at the touch. @default 'session' */
  area?: 'session' | 'local';
  /** As the manager's. @default 'default' */
  name?: string;
}

/**
 * A vault in `sessionStorage` or `localStorage`, for places without IndexedDB. Bearer tokens only, readable by every script of
 * the page, and for **one tab**: two tabs that write to one `localStorage` overwrite each other.
 */
export function webStorageVault({ area = 'session', name = 'default' }: WebStorageVaultOptions = {}): Vault {
  const key = `sojourn:${name}`;
  const aside = `${key}:unreadable`;

  function access<T>(use: (storage: Storage) => T): T {
    try {
      return use(globalThis[`${area}Storage`]);
    } catch (error) {
      throw unavailable(`${area}Storage refused (${(error as Error).name})`, error);
    }
  }

  return {
    persistence: () => (area === 'local' ? 'persistent' : 'tab'),
    subscribe: () => () => {},
    read: async () => parseText(access((storage) => storage.getItem(key))),
    async update(change) {
      const next = changeText(
        access((storage) => storage.getItem(key)),
        change,
      );
      const { text } = next;
      if (text !== null)
        access((storage) => {
          if (next.aside) storage.setItem(aside, next.aside);
          if (next.aside === null) storage.removeItem(aside);
          storage.setItem(key, text);
        });
      return next.contents;
    },
    close: () => {},
  };
}
