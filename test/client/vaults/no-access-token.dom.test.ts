import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Vault } from '../../../src/client/core/vault.ts';
import { systemClock } from '../../../src/client/platform/clock.ts';
import { fileVault } from '../../../src/client/vaults/file.ts';
import { indexedDbVault } from '../../../src/client/vaults/indexed-db.ts';
import { lazyVault } from '../../../src/client/vaults/lazy.ts';
import { memoryVault } from '../../../src/client/vaults/memory.ts';
import { withoutAccessToken } from '../../../src/client/vaults/no-access-token.ts';
import { tabVault } from '../../../src/client/vaults/tab.ts';
import { webStorageVault } from '../../../src/client/vaults/web-storage.ts';
import { fakePlatform, fakeVault } from '../../../src/testing/index.ts';
import { indexedDbPlace } from './indexed-db-harness.ts';
import { endedRecord, liveRecord } from './records.ts';

const signIn = (vault: Vault): ReturnType<Vault['update']> =>
  vault.update((contents) => ({ ...contents, record: liveRecord() }));

function inFolder(): Vault {
  const folder = mkdtempSync(path.join(tmpdir(), 'sojourn-vault-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return fileVault(path.join(folder, 'session.json'));
}

describe.each([
  ['IndexedDB', () => indexedDbVault(indexedDbPlace().name, { clock: systemClock() })],
  ['one tab', () => tabVault('no access token', { ...fakePlatform(), clock: systemClock() })],
  ['a file', inFolder],
  ['web storage', () => webStorageVault({ name: 'no access token' })],
  ['memory', memoryVault],
] as const)('without access tokens, in %s', (_, create) => {
  test('what rests is a session whose access token is over; the tab that wrote it has its own', async () => {
    const inner = create();
    const vault = withoutAccessToken(inner);
    expect((await signIn(vault)).record).toEqual(liveRecord());
    expect((await vault.read()).record).toEqual(liveRecord());
    expect((await inner.read()).record).toEqual(liveRecord({ accessToken: '-', issuedAt: 0, expiresAt: 0 }));
    vault.close();
  });
});

describe('a vault without access tokens', () => {
  test('another tab finds none, renews, and both keep their own', async () => {
    const inner = fakeVault();
    const [first, second] = [withoutAccessToken(inner), withoutAccessToken(inner)];
    await signIn(first);
    expect((await second.read()).record).toMatchObject({ accessToken: '-', expiresAt: 0 });
    const renewed = { generation: 1, accessToken: 'access-1', refreshToken: 'refresh-1', expiresAt: 601_000 };
    await second.update((contents) => ({ ...contents, record: liveRecord(renewed) }));
    expect((await second.read()).record).toEqual(liveRecord(renewed));
    expect((await first.read()).record).toEqual(liveRecord({ generation: 1, refreshToken: 'refresh-1' }));
    expect(JSON.stringify(inner.contents())).not.toContain('access-');
  });

  test('nobody is given the token of another session', async () => {
    const inner = fakeVault();
    const [first, second] = [withoutAccessToken(inner), withoutAccessToken(inner)];
    await signIn(first);
    await second.update((contents) => ({
      ...contents,
      record: liveRecord({ sessionId: 'session_2', user: { id: 'grace' }, accessToken: 'access-of-grace' }),
    }));
    expect((await first.read()).record).toMatchObject({ sessionId: 'session_2', accessToken: '-' });
  });

  test('what changes nothing writes nothing, and an end is an end', async () => {
    const inner = fakeVault();
    const vault = withoutAccessToken(inner);
    await signIn(vault);
    await vault.update((contents) => contents);
    expect(inner.writes).toBe(1);
    expect((await vault.update((contents) => ({ ...contents, record: endedRecord() }))).record).toEqual(endedRecord());
  });

  test('a token that storage refused is no token of this tab', async () => {
    const inner = fakeVault();
    const vault = withoutAccessToken(inner);
    await signIn(vault);
    inner.refuse('update', 1);
    const refused = { generation: 1, accessToken: 'access-1' };
    await expect(vault.update((contents) => ({ ...contents, record: liveRecord(refused) }))).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    expect((await vault.read()).record).toEqual(liveRecord());
  });

  test('a token that an earlier version of the app has written goes with the first write', async () => {
    const inner = fakeVault();
    await signIn(inner);
    const vault = withoutAccessToken(inner);
    expect((await vault.read()).record).toEqual(liveRecord());
    await vault.update((contents) => ({ ...contents, activityAt: 5 }));
    expect(inner.record()).toMatchObject({ accessToken: '-' });
    expect((await vault.read()).record).toEqual(liveRecord());
  });
});

test('a vault whose code cannot be loaded now is asked for again', async () => {
  let isDown = true;
  const vault = lazyVault(async () => {
    if (isDown) throw new TypeError('Failed to fetch dynamically imported module');
    return memoryVault();
  });
  await expect(vault.read()).rejects.toThrow('Failed to fetch');
  isDown = false;
  expect(await vault.read()).toMatchObject({ record: null });
  vault.close();
});
