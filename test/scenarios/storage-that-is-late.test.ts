import { describe, expect, it } from 'vitest';
import { fallbackVault } from '../../src/client/vaults/index.ts';
// Loaded on demand by the vault: here it is there already, so that nothing waits for a disk.
import '../../src/client/vaults/merge.ts';
import type { SessionManager } from '../../src/index.ts';
import { done, refusal, signedIn, watch, type Watched } from './signed-in.ts';
import type { World } from './world.ts';

const second = 1000;
const minute = 60 * second;

/** A tab whose vault falls back to memory, as the one of browsers does. */
function openWithFallback(world: World): Watched & { degraded: unknown[] } {
  const opened = world.open({ vault: fallbackVault(world.vault, world.clock) });
  const degraded: unknown[] = [];
  opened.session.on('storage_degraded', ({ error }) => degraded.push(error));
  return { ...watch(opened), degraded };
}

/** Signed in before, on storage that all tabs share; every tab is closed. */
async function before(): Promise<World> {
  const { world, tab } = await signedIn();
  tab.close();
  return world;
}

const isReady = async (world: World, session: SessionManager): Promise<string> =>
  (await done(world, session.ready())).status;

describe('storage that cannot be read at the start', () => {
  it.each<[string, (world: World) => Watched]>([
    ['the vault alone', (world) => watch(world.open())],
    ['the vault of browsers', openWithFallback],
  ])('E9: %s refuses three times: loading, then signed in, never signed out', async (_, open) => {
    const world = await before();
    world.vault.refuse('read', 3);
    const { session, statuses } = open(world);
    const early = refusal(world, session.fetch('/session')).catch(() => null);
    await world.clock.advance(2 * second);
    expect(statuses).toEqual(['loading', 'authenticated']);
    expect(session.getState()).toMatchObject({ user: { id: 'ada' }, persistence: 'persistent' });
    expect(await isReady(world, session)).toBe('authenticated');
    await early;
    expect((await done(world, session.fetch('/session'))).status).toBe(200);
  });

  it('E9: a call that is made meanwhile waits for it, and is not told that nobody is signed in', async () => {
    const world = await before();
    world.vault.refuse('read', 3);
    const { session } = world.open();
    const call = session.getAccessToken();
    await world.clock.advance(2 * second);
    expect(await call).toBe(session.peekAccessToken());
  });

  it('E9: it stays unreadable for a minute: every call says that it is storage, and in the end the person is there', async () => {
    const world = await before();
    world.vault.refuse('read');
    const { session, statuses } = watch(world.open());
    const codes: unknown[] = [];
    for (const call of [session.ready(), session.getAccessToken(), session.refresh(), session.fetch('/session')])
      call.catch((error: { code: string; retryable: boolean }) => codes.push([error.code, error.retryable]));
    await world.clock.advance(minute);
    expect(codes).toEqual(Array.from({ length: 4 }, () => ['storage_unavailable', true]));
    expect(statuses).toEqual(['loading']);
    expect(world.clock.pendingDelays()[0]).toBeGreaterThan(100);
    world.vault.heal();
    await world.clock.advance(second);
    expect(statuses).toEqual(['loading', 'authenticated']);
    expect(await isReady(world, session)).toBe('authenticated');
  });

  it('E9: it fails when the page is looked at again: the token that is known is not handed out, and nobody is signed out', async () => {
    const { world, session, statuses, tab } = await signedIn();
    world.vault.refuse('read');
    tab.platform.emit('look');
    await expect(refusal(world, session.getAccessToken())).resolves.toMatchObject({ code: 'storage_unavailable' });
    expect(session.peekAccessToken()).toBeNull();
    world.vault.heal();
    expect(await done(world, session.getAccessToken())).toBe(session.peekAccessToken());
    expect(statuses).toEqual(['authenticated']);
  });
});

describe('storage that fails for ten minutes while somebody is signed in', () => {
  it.each([
    ['reads', 'read'],
    ['writes', 'update'],
    ['everything', undefined],
  ] as const)(
    'E9: it refuses %s: nobody is signed out, it is asked now and then, and all is well after it',
    async (_, operation) => {
      const { world, session, statuses, tab } = await signedIn();
      const { reads } = world.vault;
      world.vault.refuse(operation);
      tab.platform.emit('look');
      await world.clock.advance(10 * minute);
      expect(session.getState().status).toBe('authenticated');
      expect(world.vault.reads - reads).toBeLessThan(300);
      await expect(refusal(world, session.getAccessToken())).resolves.toMatchObject({ code: 'storage_unavailable' });
      expect(world.seen.filter(({ route }) => route === 'POST /token')).toEqual([]);
      world.vault.heal();
      await world.clock.advance(minute);
      expect(session.token.getState()).toMatchObject({ freshness: 'fresh', generation: 1 });
      expect(session.getState().connection).toBe('online');
      expect(statuses).toEqual(['authenticated']);
    },
  );
});

describe('storage that never answers', () => {
  it('H2: the page is ready within the bound, in memory, and says so', async () => {
    const world = await before();
    world.vault.hang();
    const { session, degraded } = openWithFallback(world);
    let ready = '';
    void session.ready().then(({ status }) => (ready = status));
    await world.clock.advance(3 * second);
    expect(ready).toBe('unauthenticated');
    expect(session.getState()).toMatchObject({ persistence: 'memory', endReason: null });
    expect(degraded).toEqual([expect.objectContaining({ code: 'storage_unavailable' })]);
  });

  it('H2: it answers later: the person who was signed in is there, without anybody looking', async () => {
    const world = await before();
    world.vault.hang();
    const { session, degraded } = openWithFallback(world);
    await world.clock.advance(10 * second);
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', persistence: 'memory' });
    world.vault.heal();
    await world.clock.advance(minute);
    expect(session.getState()).toMatchObject({
      status: 'authenticated',
      persistence: 'persistent',
      user: { id: 'ada' },
    });
    expect((await done(world, session.fetch('/session'))).status).toBe(200);
    expect(degraded).toHaveLength(1);
  });

  it('H2: it answers later, and somebody has signed in meanwhile: they stay, and the other session is revoked', async () => {
    const world = await before();
    world.vault.hang();
    const { session, statuses } = openWithFallback(world);
    await world.clock.advance(10 * second);
    await done(world, session.signIn({ username: 'grace' }, { remember: true }));
    expect(session.getState()).toMatchObject({ user: { id: 'grace' }, persistence: 'memory' });
    world.vault.heal();
    await world.clock.advance(2 * minute);
    expect(session.getState()).toMatchObject({ user: { id: 'grace' }, persistence: 'persistent' });
    expect(statuses).toEqual(['loading', 'unauthenticated', 'authenticated']);
    expect(world.vault.record()).toMatchObject({ kind: 'live', user: { id: 'grace' } });
    expect(world.vault.contents().outbox).toEqual([]);
    expect(world.seen.filter(({ route, status }) => route === 'POST /revoke' && status === 200)).toHaveLength(1);
    await world.clock.advance(10 * minute);
    expect((await done(world, session.fetch('/session'))).status).toBe(200);
  });

  it('H2: it stops answering while somebody is signed in: the token serves, nobody is signed out, all is well again after it', async () => {
    const world = await before();
    const { session, statuses } = openWithFallback(world);
    await done(world, session.ready());
    world.vault.hang();
    await world.clock.advance(10 * minute);
    expect(session.getState()).toMatchObject({ status: 'authenticated', connection: 'degraded' });
    world.vault.heal();
    await world.clock.advance(minute + 5 * second);
    expect(session.token.getState()).toMatchObject({ freshness: 'fresh', generation: 1 });
    expect(session.getState()).toMatchObject({ connection: 'online', persistence: 'persistent' });
    expect(statuses).toEqual(['loading', 'authenticated']);
  });
});
