import { afterEach, describe, expect, test, vi } from 'vitest';
import { webStorageVault } from '../../../src/client/vaults/web-storage.ts';
import { testVault } from './vault-conformance.ts';

const areas = { local: 'persistent', session: 'tab' } as const;

for (const area of ['local', 'session'] as const)
  testVault(`${area}Storage`, () => {
    const storage = area === 'local' ? localStorage : sessionStorage;
    storage.clear();
    return {
      open: () => webStorageVault({ area }),
      persistence: areas[area],
      holdsKeys: false,
      shared: true,
      putRaw: async (raw) => storage.setItem('sojourn:default', JSON.stringify(raw)),
      quarantined: async () => JSON.parse(storage.getItem('sojourn:default:unreadable') ?? 'null') ?? undefined,
    };
  });

afterEach(() => vi.unstubAllGlobals());

describe('web-storage vault on bad storage', () => {
  test('H6: truncated JSON is unreadable, not an error', async () => {
    sessionStorage.setItem('sojourn:default', '{"version":1,"rec');
    expect(await webStorageVault().read()).toMatchObject({ trouble: 'corrupt' });
    sessionStorage.setItem('sojourn:default', 'null');
    expect(await webStorageVault().read()).toMatchObject({ trouble: 'corrupt' });
  });

  test('H4: blocked storage is a typed error', async () => {
    vi.stubGlobal('sessionStorage', undefined);
    await expect(webStorageVault().read()).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(webStorageVault().update((contents) => ({ ...contents }))).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
  });

  test('B8: names share nothing', async () => {
    await webStorageVault({ name: 'a' }).update((contents) => ({ ...contents, activityAt: 1 }));
    expect((await webStorageVault({ name: 'b' }).read()).activityAt).toBeNull();
  });
});
