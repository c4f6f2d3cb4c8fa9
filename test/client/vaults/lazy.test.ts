import { expect, test } from 'vitest';
import type { Vault } from '../../../src/client/core/vault.ts';
import { lazyVault } from '../../../src/client/vaults/lazy.ts';
import { fakeVault } from '../../../src/testing/index.ts';

/** Code that cannot be had for the first `failures` times. */
function loader(failures: number): { load: () => Promise<Vault>; loads: number } {
  const inner = fakeVault();
  const counted = {
    loads: 0,
    async load(): Promise<Vault> {
      counted.loads += 1;
      if (counted.loads <= failures) throw new Error('no network');
      return inner;
    },
  };
  return counted;
}

test('is loaded once, by the first use', async () => {
  const counted = loader(0);
  const vault = lazyVault(counted.load);
  expect([counted.loads, vault.persistence()]).toEqual([0, 'tab']);
  await Promise.all([vault.read(), vault.update((contents) => ({ ...contents, activityAt: 1 }))]);
  expect([counted.loads, (await vault.read()).activityAt]).toEqual([1, 1]);
});

test('that cannot be loaded is tried again by the next use', async () => {
  const counted = loader(1);
  const vault = lazyVault(counted.load);
  await expect(vault.read()).rejects.toThrow('no network');
  vault.close();
  await expect(vault.read()).resolves.toMatchObject({ record: null });
  expect(counted.loads).toBe(2);
});

test('that fails while it is being closed troubles nobody', async () => {
  const vault = lazyVault(loader(1).load);
  const reading = vault.read();
  vault.close();
  await expect(reading).rejects.toThrow('no network');
});
