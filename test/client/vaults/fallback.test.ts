import { describe, expect, test } from 'vitest';
import type { VaultContents } from '../../../src/client/core/vault.ts';
import { fallbackVault } from '../../../src/client/vaults/fallback.ts';
import { memoryVault } from '../../../src/client/vaults/memory.ts';
// Loaded on demand by the vault: here it is there already, so that nothing waits for a disk.
import '../../../src/client/vaults/merge.ts';
import { unavailable } from '../../../src/client/vaults/trouble.ts';
import { fakeClock } from '../../../src/testing/fake-clock.ts';
import { fakeVault } from '../../../src/testing/fake-vault.ts';
import { endedRecord, liveRecord } from './records.ts';
import { testVault } from './vault-conformance.ts';

testVault('fallback over a good one', () => {
  const main = memoryVault();
  const vault = fallbackVault({ ...main, persistence: () => 'persistent' }, fakeClock());
  return { open: () => vault, persistence: 'persistent', holdsKeys: true, shared: true };
});
testVault('fallback over none', () => {
  const main = memoryVault();
  const refuse = (): Promise<never> => Promise.reject(unavailable('there is none', undefined, false));
  const vault = fallbackVault({ ...main, read: refuse, update: refuse }, fakeClock());
  return { open: () => vault, persistence: 'memory', holdsKeys: true, shared: true };
});

function setUp() {
  const clock = fakeClock({ turns: 20 });
  const disk = fakeVault(clock);
  const vault = fallbackVault(disk, clock);
  const told: unknown[] = [];
  vault.subscribe((error) => told.push(error));
  const signIn =
    (changes: Parameters<typeof liveRecord>[0] = {}) =>
    (contents: VaultContents): VaultContents => ({
      ...contents,
      record: liveRecord({ sessionId: 'new', ...changes }),
    });
  return { clock, disk, vault, told, signIn };
}

describe('fallback vault', () => {
  test('E9: storage that is late at the start is waited for', async () => {
    const { clock, disk, vault, told } = setUp();
    disk.put({ record: liveRecord() });
    disk.refuse('read', 3);
    const reading = vault.read();
    await clock.advance(1000);
    expect((await reading).record).toEqual(liveRecord());
    expect([vault.persistence(), told]).toEqual(['persistent', []]);
  });

  test('the first read reads once', async () => {
    const { disk, vault } = setUp();
    await vault.read();
    expect(disk.reads).toBe(1);
  });

  test('H2: storage that hangs gives way to memory within the bound, and says so', async () => {
    const { clock, disk, vault, told } = setUp();
    disk.hang();
    const reading = vault.read();
    await clock.advance(3000);
    expect(await reading).toMatchObject({ record: null });
    expect(vault.persistence()).toBe('memory');
    expect(told).toEqual([expect.objectContaining({ code: 'storage_unavailable' })]);
  });

  test('H2: when it opens later, the session that was there is back', async () => {
    const { clock, disk, vault, told } = setUp();
    disk.put({ record: liveRecord() });
    disk.hang();
    void vault.read();
    await clock.advance(3000);
    disk.heal();
    await clock.advance(30_000);
    expect([vault.persistence(), told.length, told[1]]).toEqual(['persistent', 2, null]);
    expect((await vault.read()).record).toEqual(liveRecord());
    expect(disk.writes).toBe(0);
    expect(clock.pendingTimers()).toBe(0);
  });

  test('H2: who signed in meanwhile is brought along, and the session it replaces is revoked', async () => {
    const { clock, disk, vault, signIn } = setUp();
    disk.put({ record: liveRecord({ sessionId: 'old' }) });
    disk.hang();
    void vault.read();
    await clock.advance(3000);
    const later = { ...liveRecord().session, createdAt: 2000 };
    await vault.update(signIn({ session: later }));
    expect((await vault.read()).record).toMatchObject({ sessionId: 'new' });
    disk.heal();
    await clock.advance(30_000);
    expect(disk.contents()).toMatchObject({
      record: { sessionId: 'new' },
      outbox: [{ sessionId: 'old', revocationToken: 'revoke-1' }],
    });
  });

  test('H5: a sign-in that the disk has no room for goes on in memory', async () => {
    const { clock, disk, vault, told, signIn } = setUp();
    await vault.read();
    disk.refuse('update');
    expect((await vault.update(signIn())).record).toMatchObject({ sessionId: 'new' });
    expect([vault.persistence(), told.length]).toEqual(['memory', 1]);
    await vault.update((contents) => ({ ...contents, record: liveRecord({ sessionId: 'new', generation: 1 }) }));
    disk.heal();
    await clock.advance(30_000);
    expect(vault.persistence()).toBe('persistent');
    expect(disk.record()).toMatchObject({ sessionId: 'new', generation: 1 });
  });

  test('a session that others share never moves to memory: its failures are passed on', async () => {
    const { disk, vault, told } = setUp();
    disk.put({ record: liveRecord() });
    await vault.read();
    disk.refuse();
    await expect(
      vault.update((contents) => ({ ...contents, record: liveRecord({ generation: 1 }) })),
    ).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(vault.update((contents) => ({ ...contents, record: endedRecord() }))).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    await expect(vault.read()).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect([vault.persistence(), told]).toEqual(['persistent', []]);
  });

  test('storage that cannot heal is not tried again, storage that can ever more rarely', async () => {
    const { clock, disk, vault } = setUp();
    disk.refuse();
    void vault.read();
    await clock.advance(3000);
    const delays: number[] = [];
    for (let turn = 0; turn < 6; turn++) {
      delays.push(clock.pendingDelays()[0]!);
      await clock.advance(delays.at(-1)!);
    }
    expect(delays.map((ms) => Math.ceil(ms / 1000))).toEqual([29, 60, 120, 240, 300, 300]);
    vault.close();
    expect(clock.pendingTimers()).toBe(0);

    const dead = fallbackVault({ ...disk, read: () => Promise.reject(unavailable('denied', undefined, false)) }, clock);
    await dead.read();
    expect(clock.pendingTimers()).toBe(0);
  });

  test('a newer version on disk is not written over, nor is a session in memory', async () => {
    const { clock, disk, vault, signIn } = setUp();
    disk.hang();
    void vault.read();
    await clock.advance(3000);
    await vault.update(signIn());
    disk.heal();
    disk.makeNewer();
    await clock.advance(30_000);
    expect([vault.persistence(), disk.contents().trouble]).toEqual(['memory', 'newer']);
    expect((await vault.read()).record).toMatchObject({ sessionId: 'new' });
  });
});
