import 'fake-indexeddb/auto';
import { fallbackVault, indexedDbVault, type Vault } from '../../src/client/vaults/index.ts';
// Loaded on demand by the vault: here it is there already, so that nothing waits for a disk.
import '../../src/client/vaults/merge.ts';
import { done, watch, type Watched } from './signed-in.ts';
import { createWorld, type World } from './world.ts';

/** A tab on IndexedDB, and what it told the app. */
export interface OnDisk extends Watched {
  world: World;
  degraded: unknown[];
  events: unknown[];
}

/** A tab on IndexedDB, with memory behind it, as browsers get it by default. `takesTime`: what never settles may take simulated time. */
export function openOnDisk(world: World, name: string, takesTime = false): OnDisk {
  const disk = indexedDbVault(name, { clock: world.clock });
  const atOnce: Vault = {
    ...disk,
    read: () => world.work(disk.read),
    update: (change) => world.work(() => disk.update(change)),
  };
  const opened = world.open({ name, vault: fallbackVault(takesTime ? disk : atOnce, world.clock) });
  const degraded: unknown[] = [];
  const events: unknown[] = [];
  opened.session.on('storage_degraded', ({ error }) => degraded.push(error));
  for (const event of ['ended', 'refresh_failed', 'storage_degraded', 'connection_changed'] as const)
    opened.session.on(event, (detail) => events.push(detail));
  return { world, ...watch(opened), degraded, events };
}

/** Somebody who is signed in in such a tab. */
export async function adaOnDisk(name: string): Promise<OnDisk> {
  const ada = openOnDisk(createWorld(), name);
  await done(ada.world, ada.session.signIn({ username: 'ada' }, { remember: true }));
  ada.statuses.splice(0, 2);
  return ada;
}

/** Puts anything at all in the place of what is stored, and answers what is stored aside. */
export function onShelf<T>(name: string, use: (shelf: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(`sojourn:${name}`);
    opening.onupgradeneeded = () => opening.result.createObjectStore('vault');
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('vault', 'readwrite');
      const request = use(transaction.objectStore('vault'));
      transaction.oncomplete = () => {
        opening.result.close();
        resolve(request.result);
      };
      transaction.onabort = () => reject(transaction.error as Error);
    };
  });
}
