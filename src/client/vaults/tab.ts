import type { Platform } from '../core/ports.ts';
import type { Vault } from '../core/vault.ts';
import { packContents, parseContents } from './contents.ts';
import { idbStore, keep, type IdbOptions } from './idb-store.ts';
import { idbVault } from './indexed-db.ts';
import { claim, claimTabId, type TabClaim, type TabIdParts } from './tab-id.ts';

/** What a {@link tabVault} stands on. */
export type TabVaultOptions = IdbOptions & TabIdParts & Pick<Platform, 'clock' | 'lifecycle'>;

/** A tab that was not opened for this long, and is not open, is not coming back. */
const forgottenMs = 7 * 86_400_000;
const seenKey = 'seen';
/** How often a tab looks for what closed ones left to be handed in, at most. */
const lookAgainMs = 10_000;
/** A tab that is open is not waited for: it hands in by itself. */
const shortWaitMs = 50;

type Seen = Record<string, number>;

/**
 * A vault for this tab alone: it survives a reload, not the end of the tab, and other tabs have their own. A duplicated tab
 * starts empty, because two records of one session would be taken for theft by the server. Only revocations that a closed tab
 * could not hand in go to another one; its record stays for when the tab is opened again.
 */
export function tabVault(name: string, options: TabVaultOptions): Vault {
  const store = idbStore(`sojourn:${name}:tabs`, options);
  let opened: Promise<{ claimed: TabClaim; vault: Vault }> | undefined;
  let inherited = Promise.resolve(false);
  let lookedAt = -Infinity;

  const open = (): NonNullable<typeof opened> =>
    (opened ??= claimTabId(name, options).then((claimed) => {
      void inherit(claimed.id)
        .then(() => tidy(claimed.id))
        .catch(() => {});
      return { claimed, vault: idbVault(store, claimed.id) };
    }));

  /** Takes over what closed tabs could not hand in. True when there was something. */
  function inherit(id: string): Promise<boolean> {
    const now = options.clock.monotonic();
    if (now - lookedAt >= lookAgainMs) {
      lookedAt = now;
      inherited = inheritFromAll(id).catch(() => false);
    }
    return inherited;
  }

  async function inheritFromAll(id: string): Promise<boolean> {
    const seen = (await store.get(seenKey)) as Seen | undefined;
    const others = Object.keys(seen ?? {}).filter((other) => other !== id);
    const moved = await Promise.all(
      others.map(async (other) => {
        if (parseContents(await store.get(other)).outbox.length === 0) return false;
        const release = await claim(name, other, options, shortWaitMs);
        // Not held any longer: its tab may be opened again at any moment, and would take another id.
        release?.();
        return release !== null && moveOutbox(other, id);
      }),
    );
    return moved.includes(true);
  }

  async function moveOutbox(from: string, to: string): Promise<boolean> {
    let moved = false;
    await store.edit(from, (raw, shelf) => {
      const { outbox } = parseContents(raw);
      if (outbox.length === 0) return keep;
      const request = shelf.get(to);
      request.onsuccess = () => {
        const own = parseContents(request.result);
        moved = own.trouble === null;
        // What cannot be read here is not written over: the entries go back to where they were.
        if (moved) shelf.put(packContents({ ...own, outbox: [...own.outbox, ...outbox] }), to);
        else shelf.put(raw, from);
      };
      return { ...(raw as object), outbox: [] };
    });
    return moved;
  }

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
      await moveOutbox(other, id);
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
    async read() {
      const { claimed, vault } = await open();
      const [isMore, contents] = await Promise.all([inherit(claimed.id), vault.read()]);
      return isMore ? vault.read() : contents;
    },
    update: async (change) => (await open()).vault.update(change),
    close() {
      void opened?.then(({ claimed }) => claimed.release());
      opened = undefined;
      store.close();
    },
  };
}
