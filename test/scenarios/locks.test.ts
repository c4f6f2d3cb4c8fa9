import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SessionManager } from '../../src/index.ts';
// Loaded ahead: on demand it would take time that does not pass here.
import '../../src/client/platform/lease-locks.ts';
import { lockMutex, webLocks } from '../../src/client/platform/mutex.ts';
import type { FakeTab } from '../../src/testing/index.ts';
import { codeOf, done } from './done.ts';
import { count, createWorld, refreshLock, type Opened, type World } from './world.ts';

const minute = 60_000;

afterEach(() => vi.unstubAllGlobals());

it('C3: after ten refreshes that failed, each in a way of its own, the next one starts at once', async () => {
  const world = createWorld();
  const { session } = world.open({ idle: false });
  await done(world, session.signIn({ username: 'ada' }, { remember: true }));
  const ways: Array<() => void> = [
    () => world.fail('/token', new Response('oops', { status: 500 })),
    () => world.fail('/token', 'lost'),
    () => world.fail('/token', new Response('<p>', { status: 403 })),
    () => (world.offline = true),
    () => world.vault.refuse('update', 1),
    () => world.vault.refuse('read', 1),
    () => world.fail('/token', new Response('{"access_token":1}', { status: 200 })),
    () => world.fail('/token', new Response('{}', { status: 429 })),
    () => world.fail('/token', Response.json({ error: 'invalid_dpop_proof' }, { status: 400 })),
    () => world.fail('/token', new Response('{}', { status: 409 })),
  ];
  const stolen: unknown[] = [];
  session.on('lock_stolen', (event) => stolen.push(event));
  for (const goWrong of ways) {
    goWrong();
    expect(await codeOf(done(world, session.refresh()))).not.toBeNull();
    world.offline = false;
    world.vault.heal();
    expect([world.locks.held(), world.locks.waiting()]).toEqual([0, 0]);
    // Past the pause that the failure brought; nothing else happens meanwhile.
    world.clock.sleep(2 * minute);
  }
  expect(session.token.getState().generation).toBe(0);
  await done(world, session.refresh());
  expect(session.token.getState().generation).toBe(1);
  expect(stolen).toEqual([]);
});

it('C6: a token that is good needs no lock, no storage and no network, even while all of them hang', async () => {
  const world = createWorld();
  const { tab, session } = world.open({ idle: false });
  await done(world, session.signIn({ username: 'ada' }));
  const token = await done(world, session.getAccessToken());
  world.locks.seize(refreshLock);
  world.vault.hang();
  world.offline = true;
  const { reads, writes } = world.vault;
  const requests = world.seen.length;
  const order: string[] = [];
  for (let call = 0; call < 1000; call++) {
    if (call % 100 === 0) await world.clock.advance(5000);
    expect(session.peekAccessToken()).toBe(token);
    void session.getAccessToken().then((answer) => order.push(answer));
    // Nothing but promises is waited for.
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    expect(order).toHaveLength(call + 1);
  }
  expect(new Set(order)).toEqual(new Set([token]));
  expect([world.vault.reads, world.vault.writes, world.seen.length]).toEqual([reads, writes, requests]);
  expect(world.locks.waiting()).toBe(0);
  tab.crash();
});

const throwing = {
  get locks(): never {
    throw new DOMException('no', 'SecurityError');
  },
};

/** Tabs whose pages have no Web Locks, in the way that `navigator` says. What takes their place rests where all tabs see it. */
function tabsWithoutLocks(world: World): () => Opened {
  const leases = new Map<string, unknown>();
  const store = {
    edit: async (key: string, change: (value: unknown) => unknown) => void leases.set(key, change(leases.get(key))),
  };
  return () => {
    const { tab, session } = world.open({ persistence: 'memory' });
    session.dispose();
    const { clock, random } = tab.platform;
    const lifecycle = { ...tab.platform.lifecycle, isAway: () => false };
    const locks = webLocks(clock, () => store);
    const mutex = (name: string) => lockMutex(name, { locks, clock, lifecycle, random });
    return openOn(world, tab, { ...tab.platform, mutex });
  };
}

function openOn(world: World, tab: FakeTab, platform: FakeTab['platform']): Opened {
  return { tab, session: world.open({ idle: false, platform, vault: tab.vault }).session };
}

/** Six tabs for a quarter of an hour, with tokens of 30 seconds; each is reloaded now and then. */
async function liveLong(world: World, open: () => Opened): Promise<SessionManager[]> {
  const tabs = Array.from({ length: 6 }, open);
  await done(world, (tabs[0] as Opened).session.signIn({ username: 'ada' }));
  for (let step = 0; step < 90; step++) {
    await world.clock.advance(10_000);
    const at = (step * 5) % tabs.length;
    tabs[at]?.tab.crash();
    tabs[at] = open();
    await done(world, (tabs[at] as Opened).session.ready());
    expect(await codeOf(done(world, (tabs[(at + 1) % 6] as Opened).session.fetch('/session')))).toBeNull();
  }
  return tabs.map(({ session }) => session);
}

describe.each([
  ['undefined', {}],
  ['null', { locks: null }],
  ['throwing at the touch', throwing],
  ['throwing at the call', { locks: { request: () => throwing.locks } }],
  ['refusing', { locks: { request: () => Promise.reject(new DOMException('no', 'SecurityError')) } }],
])('locks that are %s', (_, navigator) => {
  it('C5: six tabs that are reloaded at random share one refresh a life, and nobody is signed out', async () => {
    vi.stubGlobal('navigator', navigator);
    const world = createWorld({ life: '30s' });
    const tabs = await liveLong(world, tabsWithoutLocks(world));
    for (const session of tabs) expect(session.getState()).toMatchObject({ status: 'authenticated' });
    // A life of 30 s is renewed 15 s before its end, and up to 3 s earlier.
    const rotations = tabs[0]?.token.getState().generation ?? NaN;
    expect(rotations).toBeLessThanOrEqual(900 / 12 + 1);
    // Only a reload in the middle of a refresh makes another tab ask again.
    expect(count(world, 'POST /token', 200)).toBeLessThanOrEqual(rotations + 10);
    expect(world.seen.filter(({ status }) => status >= 400)).toEqual([]);
  });
});

it('C5: with no mutual exclusion of any kind, all tabs ask at once, get one successor, and nobody is signed out', async () => {
  const world = createWorld();
  const open = (): Opened => {
    const { tab, session } = world.open({ persistence: 'memory' });
    session.dispose();
    const mutex = () => ({ run: <T>(work: () => Promise<T>) => work(), hold: async () => {} });
    return openOn(world, tab, { ...tab.platform, mutex });
  };
  const tabs = Array.from({ length: 6 }, open);
  await done(world, (tabs[0] as Opened).session.signIn({ username: 'ada' }));
  for (let round = 1; round <= 4; round++) {
    await done(world, Promise.all(tabs.map(({ session }) => session.refresh())));
    expect(tabs.map(({ session }) => session.token.getState().generation)).toEqual(Array(6).fill(round));
  }
  expect(new Set(tabs.map(({ session }) => session.peekAccessToken())).size).toBe(1);
  expect(world.seen.filter(({ status }) => status >= 400)).toEqual([]);
});
