import { createStore, get, set } from 'idb-keyval';
import type { Clock, Lifecycle } from '../../../src/client/core/ports.ts';
import { systemClock } from '../../../src/client/platform/clock.ts';
import { databaseName, indexedDbVault } from '../../../src/client/vaults/indexed-db.ts';
import type { VaultHarness } from './vault-conformance.ts';

let count = 0;

export interface IndexedDbPlace extends VaultHarness {
  name: string;
  database: string;
}

/** A database of its own for each test. */
export function indexedDbPlace({
  clock = systemClock(),
  lifecycle,
}: { clock?: Clock; lifecycle?: Lifecycle } = {}): IndexedDbPlace {
  const name = `test ${Date.now()} ${count++}`;
  const database = databaseName(name);
  const store = createStore(database, 'vault');
  return {
    name,
    database,
    persistence: 'persistent',
    holdsKeys: true,
    shared: true,
    open: () => indexedDbVault(name, { clock, ...(lifecycle && { lifecycle }) }),
    putRaw: (raw) => set('contents', raw, store),
    quarantined: () => get('contents:unreadable', store),
  };
}

/** Settles when a deletion went through, and says whether somebody was in its way. */
export function deleteDatabase(name: string): Promise<'done' | 'blocked'> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve('done');
    request.onblocked = () => resolve('blocked');
    request.onerror = () => reject(request.error);
  });
}
