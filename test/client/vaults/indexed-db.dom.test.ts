import { afterEach, describe, expect, test, vi } from 'vitest';
import { idbStore, keep } from '../../../src/client/vaults/idb-store.ts';
import { indexedDbVault } from '../../../src/client/vaults/indexed-db.ts';
import { fakeClock } from '../../../src/testing/fake-clock.ts';
import { fakePlatform } from '../../../src/testing/fake-platform.ts';
import { deleteDatabase, indexedDbPlace } from './indexed-db-harness.ts';
import { liveRecord } from './records.ts';
import { testVault } from './vault-conformance.ts';

testVault('indexed-db', indexedDbPlace);

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const clockOf = () => fakeClock({ turns: 30 });

describe('indexed-db vault on bad storage', () => {
  test('H1: a connection that was closed silently is opened again, once', async () => {
    const open = vi.spyOn(indexedDB, 'open');
    const vault = indexedDbPlace().open();
    await vault.update((contents) => ({ ...contents, activityAt: 1 }));
    const request = open.mock.results.at(-1)?.value as IDBOpenDBRequest;
    request.result.close();
    expect((await vault.read()).activityAt).toBe(1);
    expect(open).toHaveBeenCalledTimes(2);
    request.result.close();
    await vault.update((contents) => ({ ...contents, activityAt: 2 }));
    expect((await vault.read()).activityAt).toBe(2);
  });

  test('H2: an open that never settles is given up in time, and the next call opens anew', async () => {
    const clock = clockOf();
    const { name } = indexedDbPlace();
    const vault = indexedDbVault(name, { clock, boundMs: 3000 });
    vi.spyOn(indexedDB, 'open').mockReturnValueOnce({} as IDBOpenDBRequest);
    let error: unknown;
    const reading = vault.read().catch((reason: unknown) => (error = reason));
    await clock.advance(2999);
    expect(error).toBeUndefined();
    await clock.advance(1);
    await reading;
    expect(error).toMatchObject({ code: 'storage_unavailable', retryable: true });
    expect(await vault.read()).toMatchObject({ record: null });
    expect(clock.pendingTimers()).toBe(0);
  });

  test('H2: an open that settles too late is closed and does no harm', async () => {
    const clock = clockOf();
    const { name, database } = indexedDbPlace();
    const vault = indexedDbVault(name, { clock });
    const real = indexedDB.open.bind(indexedDB);
    let answer = (): void => {};
    vi.spyOn(indexedDB, 'open').mockImplementationOnce((which) => {
      const request = {} as {
        onsuccess?: (event: unknown) => void;
        onupgradeneeded?: () => void;
        result?: IDBDatabase;
      };
      answer = () => {
        const opening = real(which);
        opening.onupgradeneeded = () => opening.result.createObjectStore('vault');
        opening.onsuccess = (event) => {
          request.result = opening.result;
          request.onsuccess?.(event);
        };
      };
      return request as unknown as IDBOpenDBRequest;
    });
    let ran = false;
    const writing = vault.update((contents) => ((ran = true), { ...contents, activityAt: 9 })).catch(() => 'gave up');
    await clock.advance(3000);
    expect(await writing).toBe('gave up');
    answer();
    await clock.settle();
    expect(ran).toBe(false);
    expect(await deleteDatabase(database)).toBe('done');
  });

  test('a write that is stuck behind another tab is given up and does not land later', async () => {
    const clock = clockOf();
    const { name, database } = indexedDbPlace();
    const vault = indexedDbVault(name, { clock });
    await vault.read();
    let go = true;
    const other = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open(database);
      request.onsuccess = () => resolve(request.result);
    });
    const store = other.transaction('vault', 'readwrite').objectStore('vault');
    const spin = (): void => void (store.get('x').onsuccess = () => go && spin());
    spin();
    const outcome = vault
      .update((contents) => ({ ...contents, activityAt: 9 }))
      .catch((error: { code: string }) => error.code);
    await clock.advance(3000);
    expect(await outcome).toBe('storage_unavailable');
    go = false;
    other.close();
    expect((await vault.read()).activityAt).toBeNull();
  });

  test('H4: a getter that throws is a typed error that cannot heal', async () => {
    vi.stubGlobal('indexedDB', {
      open: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    });
    const vault = indexedDbVault('blocked', { clock: clockOf() });
    await expect(vault.read()).rejects.toMatchObject({ code: 'storage_unavailable', retryable: false });
    await expect(vault.update((contents) => ({ ...contents }))).rejects.toMatchObject({ retryable: false });
  });

  test('H5: a put beyond the quota is a typed error, and what was there stays', async () => {
    const vault = indexedDbPlace().open();
    await vault.update((contents) => ({ ...contents, activityAt: 1 }));
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementationOnce(() => {
      throw new DOMException('', 'QuotaExceededError');
    });
    const write = vault.update((contents) => ({ ...contents, activityAt: 2 }));
    await expect(write).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('QuotaExceededError'),
    });
    expect((await vault.read()).activityAt).toBe(1);
  });

  test('a transaction that aborts at its end is an error, though its request had succeeded', async () => {
    const vault = indexedDbPlace().open();
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      const request = put.apply(this, args as Parameters<typeof put>);
      request.onsuccess = () => this.transaction.abort();
      return request;
    });
    await expect(vault.update((contents) => ({ ...contents, activityAt: 2 }))).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    vi.restoreAllMocks();
    expect((await vault.read()).activityAt).toBeNull();
  });

  test('H7: deleting the database is not blocked, and leaves an empty vault that works', async () => {
    const place = indexedDbPlace();
    const [a, b] = [place.open(), place.open()];
    await a.update((contents) => ({ ...contents, record: liveRecord() }));
    await b.read();
    expect(await deleteDatabase(place.database)).toBe('done');
    expect(await a.read()).toMatchObject({ record: null, trouble: null });
    await b.update((contents) => ({ ...contents, activityAt: 3 }));
    expect((await a.read()).activityAt).toBe(3);
  });

  test('a database of our name without our store is made anew', async () => {
    const { name, database } = indexedDbPlace();
    await new Promise<void>((resolve) => {
      const request = indexedDB.open(database);
      request.onsuccess = () => resolve(request.result.close());
    });
    const vault = indexedDbVault(name, { clock: clockOf() });
    expect(await vault.read()).toMatchObject({ record: null, trouble: null });
  });

  test('the connection is closed while the page is away, and no listener stays after close', async () => {
    const platform = fakePlatform();
    const place = indexedDbPlace({ lifecycle: platform.lifecycle });
    const vault = place.open();
    const close = vi.spyOn(IDBDatabase.prototype, 'close');
    await vault.read();
    expect(platform.listeners()).toBe(1);
    platform.emit('away');
    await Promise.resolve();
    expect(close).toHaveBeenCalledTimes(1);
    platform.emit('back');
    await vault.read();
    vault.close();
    expect(platform.listeners()).toBe(0);
  });

  test('writes are strict and resolve when the transaction is complete', async () => {
    const asked: unknown[] = [];
    let complete = false;
    const real = IDBDatabase.prototype.transaction;
    vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...args) {
      if (args[1] !== 'versionchange') asked.push(args.slice(1));
      const made = real.apply(this, args);
      made.addEventListener('complete', () => void (complete = true));
      return made;
    });
    await indexedDbPlace()
      .open()
      .update((contents) => ({ ...contents, activityAt: 1 }));
    expect(complete).toBe(true);
    expect(asked).toEqual([['readwrite', { durability: 'strict' }]]);
  });

  test('a change whose transaction broke runs again on what is stored then, and counts once', async () => {
    const vault = indexedDbPlace().open();
    await vault.update((contents) => ({ ...contents, activityAt: 1 }));
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementationOnce(function (this: IDBObjectStore, ...args) {
      const request = put.apply(this, args);
      this.transaction.abort();
      return request;
    });
    let runs = 0;
    const written = await vault.update((contents) => {
      runs++;
      return { ...contents, activityAt: (contents.activityAt ?? 0) + 1 };
    });
    expect([runs, written.activityAt]).toEqual([2, 2]);
  });

  test('edits that keep write nothing', async () => {
    const put = vi.spyOn(IDBObjectStore.prototype, 'put');
    const store = idbStore('keeping', { clock: clockOf() });
    await store.edit('a', () => keep);
    expect(put).not.toHaveBeenCalled();
  });
});
