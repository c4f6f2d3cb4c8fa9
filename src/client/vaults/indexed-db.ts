import type { Vault, VaultContents } from '../core/vault.ts';
import { changedHands, packContents, parseContents } from './contents.ts';
import { idbStore, keep, type IdbOptions, type IdbStore } from './idb-store.ts';
import { refuseNewer } from './trouble.ts';

/** Where a name's contents rest. One database a name. */
export function databaseName(name: string): string {
  return `sojourn:${name}`;
}

/** The vault of browsers: all tabs of an origin share it, keys rest in it without being extractable. */
export function indexedDbVault(name: string, options: IdbOptions): Vault {
  return idbVault(idbStore(databaseName(name), options), 'contents');
}

/** A vault in one value of `store`; unreadable contents are put aside under a key of their own. */
export function idbVault(store: IdbStore, key: string): Vault {
  const aside = `${key}:unreadable`;
  return {
    persistence: () => 'persistent',
    subscribe: () => () => {},
    read: async () => parseContents(await store.get(key)),
    async update(change) {
      let result!: VaultContents;
      await store.edit(key, (raw, shelf) => {
        const before = parseContents(raw);
        result = change(before);
        if (result === before) return keep;
        refuseNewer(before);
        // Kept for whoever looks into it until the next sign-in or sign-out: it may hold tokens.
        if (before.trouble) shelf.put(raw, aside);
        else if (changedHands(before, result)) shelf.delete(aside);
        result = { ...result, trouble: null };
        return packContents(result);
      });
      return result;
    },
    close: store.close,
  };
}
