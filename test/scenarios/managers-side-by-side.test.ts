import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { SessionManager } from '../../src/index.ts';
import { indexedDbVault } from '../../src/client/vaults/index.ts';
import type { FakeTab } from '../../src/testing/index.ts';
import { done } from './done.ts';
import { count, createWorld, type World } from './world.ts';

const minute = 60_000;

beforeEach(() => void vi.stubGlobal('indexedDB', new IDBFactory()));

/** Two managers in one page: the library was loaded twice, or its module was replaced by a newer one. */
async function twoInOnePage(world: World): Promise<{ tab: FakeTab; first: SessionManager; second: SessionManager }> {
  const { tab, session: first } = world.open({ idle: false });
  const second = world.open({ idle: false, platform: tab.platform, vault: tab.vault }).session;
  await done(world, first.signIn({ username: 'ada' }));
  return { tab, first, second };
}

describe('two managers of one name in one page', () => {
  it('B7: hear of each other, and refresh once between them', async () => {
    const world = createWorld();
    const { first, second } = await twoInOnePage(world);
    expect(second.getState()).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
    world.clock.sleep(6 * minute);
    const tokens = await done(
      world,
      Promise.all([first, second, first, second].map((session) => session.getAccessToken())),
    );
    expect(new Set(tokens).size).toBe(1);
    expect(count(world, 'POST /token', 200)).toBe(1);
    await world.clock.advance(15 * minute);
    expect(first.token.getState().generation).toBe(count(world, 'POST /token', 200));
    expect(second.peekAccessToken()).toBe(first.peekAccessToken());
    await done(world, second.signOut());
    expect(first.getState()).toMatchObject({ endReason: 'signed_out' });
  });

  it('B7: one that is disposed takes nothing away from the other', async () => {
    const world = createWorld();
    const { tab, first, second } = await twoInOnePage(world);
    await done(world, second.ready());
    const listeners = tab.platform.listeners();
    first.dispose();
    expect(tab.platform.listeners()).toBeLessThan(listeners);
    await world.clock.advance(10 * minute);
    expect(second.getState()).toMatchObject({ status: 'authenticated' });
    expect(second.token.getState().generation).toBeGreaterThanOrEqual(2);
    second.dispose();
    expect(tab.platform.listeners()).toBe(0);
  });

  it('B7: a hundred that were made and never disposed of, as hot reloading does, still are one refresh a life', async () => {
    const world = createWorld();
    const { tab } = await twoInOnePage(world);
    for (let made = 0; made < 100; made++) world.open({ idle: false, platform: tab.platform, vault: tab.vault });
    await world.clock.advance(4 * minute);
    expect(count(world, 'POST /token', 200)).toBe(1);
  });
});

/** Managers of these names in two tabs of one browser, on a real IndexedDB. */
function open(world: World, name: string): SessionManager {
  const { tab, session } = world.open({ persistence: 'memory' });
  session.dispose();
  const vault = indexedDbVault(name, tab.platform);
  return world.open({ name, idle: false, vault, platform: tab.platform }).session;
}

async function contentsOf(database: string): Promise<string> {
  const opened = await new Promise<IDBDatabase>((resolve, reject) => {
    const opening = indexedDB.open(database);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error as Error);
  });
  const reading = opened.transaction('vault').objectStore('vault').getAll();
  await new Promise((resolve) => (reading.onsuccess = resolve));
  opened.close();
  return JSON.stringify(reading.result);
}

describe.each([
  ['app', 'app2'],
  ['app', 'App'],
  ['app', 'app:outbox'],
  ['', 'default'],
])('managers named %j and %j', (one, another) => {
  it('B8: neither reads nor hears anything of the other', async () => {
    const world = createWorld();
    const [first, second] = [open(world, one), open(world, another)];
    const heard: string[] = [];
    for (const event of ['signed_in', 'refreshed', 'ended', 'identity_changed', 'changed'] as const)
      second.on(event, () => heard.push(event));
    // Only ends of one name reach each other, and here are no two of one name.
    const delivered: unknown[] = [];
    world.wires.deliver((message) => {
      delivered.push(message);
      return [0];
    });
    await done(world, first.signIn({ username: 'ada' }));
    await done(world, first.refresh());
    expect(second.getState()).toMatchObject({ status: 'unauthenticated', endReason: null });
    expect(heard).toEqual([]);

    await done(world, second.signIn({ username: 'bob' }));
    heard.length = 0;
    await done(world, first.refresh());
    await done(world, first.signOut());
    await world.clock.advance(minute);
    expect(first.getState()).toMatchObject({ endReason: 'signed_out' });
    expect(second.getState()).toMatchObject({ status: 'authenticated', user: { id: 'bob' } });
    expect(heard).toEqual([]);
    expect(delivered).toEqual([]);
    expect(await contentsOf(`sojourn:${one}`)).not.toContain('bob');
    expect(await contentsOf(`sojourn:${another}`)).not.toContain('ada');
    await done(world, second.refresh());
  });

  it('B8: neither waits for the lock of the other', async () => {
    const world = createWorld();
    const [first, second] = [open(world, one), open(world, another)];
    await done(world, first.signIn({ username: 'ada' }));
    await done(world, second.signIn({ username: 'bob' }));
    world.late('/token', 3000);
    const slow = first.refresh();
    await world.clock.settle();
    // No time passes here.
    let settled = false;
    void second.refresh().then(() => (settled = true));
    for (let turn = 0; turn < 50 && !settled; turn++) await world.clock.settle();
    expect(settled).toBe(true);
    await world.clock.advance(3000);
    await slow;
  });
});
