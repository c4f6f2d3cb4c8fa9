import { describe, expect, test } from 'vitest';
import { fakeClock } from '../../src/testing/fake-clock.ts';
import { fakeVault } from '../../src/testing/fake-vault.ts';

describe('fakeVault', () => {
  test('shares nothing with who wrote, and what it hands out cannot be changed', async () => {
    const vault = fakeVault();
    const outbox = [{ sessionId: 's', revocationToken: 'r', at: 1 }];
    await vault.update((contents) => ({ ...contents, outbox }));
    outbox.length = 0;
    const { outbox: read } = await vault.read();
    expect(read).toHaveLength(1);
    expect(() => (read as unknown[]).pop()).toThrow(TypeError);
  });

  test('refuses as often as asked, then works again', async () => {
    const vault = fakeVault();
    vault.refuse('update', 1);
    const write = (): Promise<unknown> => vault.update((contents) => ({ ...contents, activityAt: 1 }));
    await expect(write()).rejects.toMatchObject({ code: 'storage_unavailable', retryable: true });
    await expect(vault.read()).resolves.toMatchObject({ activityAt: null });
    await write();
    expect(vault.contents().activityAt).toBe(1);
  });

  test('a hanging one gives up after three seconds, as a vault must', async () => {
    const clock = fakeClock();
    const vault = fakeVault(clock);
    vault.hang();
    let code: string | undefined;
    vault.read().catch((error) => void (code = error.code));
    await clock.advance(2999);
    expect(code).toBeUndefined();
    await clock.advance(1);
    expect(code).toBe('storage_unavailable');
  });

  test('unreadable contents are put aside by the first write, newer ones stay', async () => {
    const vault = fakeVault();
    vault.corrupt();
    expect(await vault.read()).toMatchObject({ record: null, trouble: 'corrupt' });
    await vault.update((contents) => ({ ...contents, activityAt: 1 }));
    expect([vault.quarantined, vault.contents().trouble]).toEqual([1, null]);
    vault.makeNewer();
    await expect(vault.update((contents) => ({ ...contents, activityAt: 2 }))).rejects.toMatchObject({
      retryable: false,
    });
    await expect(vault.update((contents) => contents)).resolves.toMatchObject({ trouble: 'newer' });
  });
});
