import { describe, expect, it } from 'vitest';
import type { FakeVault } from '../../../src/testing/index.ts';
import { createWorld, type OpenTab } from './world.ts';

const second = 1000;

const user = ({ manager }: OpenTab): string | null => {
  const state = manager.state.getState();
  return state.status === 'authenticated' ? state.user.id : null;
};

describe('a sign-out that is asked for while the sign-in is being written', () => {
  const troubles: Array<[string, (vault: FakeVault) => void]> = [
    ['is slow', (vault) => vault.slow(2 * second)],
    ['never answers', (vault) => vault.hang()],
  ];

  it.each(troubles)('wins where storage %s: the new session is ended at the server', async (_, trouble) => {
    const world = createWorld();
    const opened = await world.openTab();
    trouble(world.vault);
    const signIn = opened.manager.signIn({ user: 'ada' }, false).catch((error: { code: string }) => error.code);
    await world.clock.advance(second);
    const out = opened.manager.signOut();
    await world.clock.advance(10 * second);
    await out;
    expect([await signIn, user(opened)]).toEqual(['aborted', null]);
    expect(opened.events).toEqual([]);
    expect(opened.manager.state.getState().persistence).toBe('persistent');
    world.vault.heal();
    await world.clock.advance(10 * second);
    expect([world.server.revocations.length, world.vault.record()]).toEqual([1, null]);
  });
});

describe('a sign-in that comes after a sign-out', () => {
  it.each([
    ['in the same tab', 0],
    ['in another tab', 1],
  ])('%s stays, although storage delays the sign-out beyond it', async (_, at) => {
    const world = createWorld();
    const tabs = [await world.signedIn(), await world.openTab()] as const;
    world.vault.slow(2 * second);
    const out = tabs[0].manager.signOut();
    world.vault.heal();
    await world.clock.advance(second);
    await tabs[at as 0 | 1].manager.signIn({ user: 'bob' }, false);
    await world.clock.advance(5 * second);
    await out;
    expect(tabs.map(user)).toEqual(['bob', 'bob']);
    expect(world.vault.record()).toMatchObject({ kind: 'live', user: { id: 'bob' } });
    expect(world.server.revocations).toHaveLength(1);
  });
});

describe('a sign-in that storage refuses', () => {
  it('goes to memory, and leaves the session that is in storage alone', async () => {
    const world = createWorld();
    const opened = await world.signedIn('ada');
    const other = await world.openTab();
    const before = world.vault.record();
    world.vault.refuse('update');
    await opened.manager.signIn({ user: 'bob' }, false);
    await world.clock.settle();
    expect([user(opened), user(other)]).toEqual(['bob', 'ada']);
    expect(opened.manager.state.getState().persistence).toBe('memory');
    expect(opened.events.filter((name) => name === 'storage_degraded')).toHaveLength(1);
    expect(world.vault.record()).toEqual(before);
    expect(world.server.revocations).toEqual([]);
  });

  it('ends at the server when storage takes a later one: nothing but this tab’s memory held it', async () => {
    const world = createWorld();
    const opened = await world.openTab();
    world.vault.refuse('update');
    await opened.manager.signIn({ user: 'bob' }, false);
    const inMemory = opened.manager.peek();
    world.vault.heal();
    await opened.manager.signIn({ user: 'carol' }, false);
    await world.clock.advance(second);
    expect(inMemory).toMatch(/^access-bob/);
    expect([user(opened), world.vault.record()]).toMatchObject(['carol', { kind: 'live', user: { id: 'carol' } }]);
    expect(opened.manager.state.getState().persistence).toBe('persistent');
    expect(world.server.revocations).toHaveLength(1);
  });

  it('and then another that storage refuses: memory holds the last one, and the first is ended at the server', async () => {
    const world = createWorld();
    const opened = await world.openTab();
    world.vault.refuse('update');
    await opened.manager.signIn({ user: 'bob' }, false);
    await opened.manager.signIn({ user: 'carol' }, false);
    await world.clock.advance(second);
    expect(user(opened)).toBe('carol');
    expect(opened.events.filter((name) => name === 'storage_degraded')).toHaveLength(1);
    expect(world.server.revocations).toHaveLength(1);
  });
});
