import { expect, test } from 'vitest';
import { deleteDatabase, indexedDbPlace } from './indexed-db-harness.ts';
import { liveRecord } from './records.ts';
import { testVault } from './vault-conformance.ts';

testVault('indexed-db, in Chromium', indexedDbPlace);

test('H7: deleting the database is not blocked by open vaults', async () => {
  const place = indexedDbPlace();
  const [a, b] = [place.open(), place.open()];
  await a.update((contents) => ({ ...contents, record: liveRecord() }));
  await b.read();
  expect(await deleteDatabase(place.database)).toBe('done');
  expect(await b.read()).toMatchObject({ record: null, trouble: null });
  await a.update((contents) => ({ ...contents, activityAt: 3 }));
  expect((await b.read()).activityAt).toBe(3);
});

test('H1: a connection that was closed under us is opened again', async () => {
  const databases: IDBDatabase[] = [];
  const real = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (...args) {
    databases.push(this);
    return real.apply(this, args);
  };
  try {
    const vault = indexedDbPlace().open();
    await vault.update((contents) => ({ ...contents, activityAt: 1 }));
    databases.at(-1)?.close();
    expect((await vault.read()).activityAt).toBe(1);
    databases.at(-1)?.close();
    await vault.update((contents) => ({ ...contents, activityAt: 2 }));
    expect((await vault.read()).activityAt).toBe(2);
    expect(new Set(databases).size).toBe(3);
  } finally {
    IDBDatabase.prototype.transaction = real;
  }
});

test('a write is given up while another connection has the store, and does not land afterwards', async () => {
  const place = indexedDbPlace();
  const vault = place.open();
  await vault.read();
  const other = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(place.database);
    request.onsuccess = () => resolve(request.result);
  });
  let spin = true;
  const store = other.transaction('vault', 'readwrite').objectStore('vault');
  const again = (): void => void (store.get('x').onsuccess = () => spin && again());
  again();
  const startedAt = performance.now();
  await expect(vault.update((contents) => ({ ...contents, activityAt: 9 }))).rejects.toMatchObject({
    code: 'storage_unavailable',
    retryable: true,
  });
  expect(performance.now() - startedAt).toBeLessThan(4500);
  spin = false;
  other.close();
  expect((await vault.read()).activityAt).toBeNull();
});
