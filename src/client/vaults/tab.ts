import type { Platform } from '../core/ports.ts';
import type { Vault } from '../core/vault.ts';
import { idbStore, type IdbOptions } from './idb-store.ts';
import { idbVault } from './indexed-db.ts';
import { claim, claimTabId, type TabClaim, type TabIdParts } from './tab-id.ts';

/** What a {@link tabVault} stands on. */
export type TabVaultOptions = IdbOptions & TabIdParts & Pick<Platform, 'clock' | 'lifecycle'>;

/** A tab that was not opened for this long, and is not open, is not coming back. */
const forgottenMs = 7 * 86_400_000;
const seenKey = 'seen';

type Seen = Record<string, number>;

/**
 * A vault for this tab alone: it survives a reload, not the end of the tab, and other tabs have their own. A duplicated tab
 * starts empty, because two records of one session would be taken for theft by the server.
 */
export function tabVault(name: string, options: TabVaultOptions): Vault {
  const store = idbStore(`sojourn:${name}:tabs`, options);
  let opened: Promise<{ claimed: TabClaim; vault: Vault }> | undefined;

  const open = (): NonNullable<typeof opened> =>
    (opened ??= claimTabId(name, options).then((claimed) => {
      void tidy(claimed.id).catch(() => {});
      return { claimed, vault: idbVault(store, claimed.id) };
    }));

  /** Notes that this tab is here, and drops what tabs left behind that are long gone. */
  async function tidy(id: string): Promise<void> {
    const now = options.clock.now();
    let forgotten: string[] = [];
    await store.edit(seenKey, (found) => {
      const seen = { ...(found as Seen | undefined), [id]: now };
      forgotten = Object.keys(seen).filter((other) => now - (seen[other] ?? 0) > forgottenMs);
      return seen;
    });
    for (const other of forgotten) {
      const release = await claim(name, other, options);
      if (!release) continue;
      await store.edit(seenKey, (found, shelf) => {
        shelf.delete(other);
        shelf.delete(`${other}:unreadable`);
        const { [other]: _gone, ...seen } = found as Seen;
        return seen;
      });
      release();
    }
  }

  return {
    persistence: () => 'tab',
    subscribe: () => () => {},
    read: async () => (await open()).vault.read(),
    update: async (change) => (await open()).vault.update(change),
    close() {
      void opened?.then(({ claimed }) => claimed.release());
      opened = undefined;
      store.close();
    },
  };
}
