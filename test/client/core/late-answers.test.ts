import { describe, expect, it } from 'vitest';
import { askStorage } from '../../../src/client/core/newest.ts';
import { emptyContents, type Vault, type VaultContents } from '../../../src/client/core/vault.ts';
import { createWorld, type OpenTab, type World } from './world.ts';

type Asked = Parameters<typeof askStorage>[0];

const holding = (activityAt: number): VaultContents => ({ ...emptyContents, activityAt });

/** A tab that learns something at each of the first `times` answers of its storage, which holds something else each time. */
function learning(times: number): Asked & { reads(): number; answer: typeof ask } {
  let version = 0;
  let reads = 0;
  async function ask(): Promise<VaultContents> {
    if (version < times) version += 1;
    return holding(version);
  }
  const vault = {
    read() {
      reads += 1;
      return ask();
    },
  };
  return { tab: { version: () => version }, vault: () => vault, reads: () => reads, answer: ask } as never;
}

describe('an answer of storage', () => {
  it.each([
    ['is taken as it is when nothing was learnt meanwhile', 0, { taken: 0, reads: 0 }],
    ['is read again when something was learnt meanwhile', 1, { taken: 1, reads: 1 }],
    ['is taken in the end, however much is learnt', 99, { taken: 3, reads: 2 }],
  ])('%s', async (_, times, expected) => {
    const tab = learning(times);
    const taken: Array<number | null> = [];
    await askStorage(tab, tab.answer, ({ activityAt }) => taken.push(activityAt));
    expect({ taken: taken[0], reads: tab.reads() }).toEqual(expected);
    expect(taken).toHaveLength(1);
  });
});

describe('an answer of storage that comes late, after bob signed in elsewhere', () => {
  /** Passes on what storage says, late: the page was frozen, or cached, with the answer on its way. */
  function delayed(world: World): { through(vault: Vault): Vault; lateMs: { read: number; update: number } } {
    const lateMs = { read: 0, update: 0 };
    async function later<T>(answer: Promise<T>, ms: number): Promise<T> {
      const value = await answer;
      if (ms > 0) await new Promise<void>((resolve) => void world.clock.after(ms, resolve));
      return value;
    }
    const through = (vault: Vault): Vault => ({
      ...vault,
      read: () => later(vault.read(), lateMs.read),
      update: (change) => later(vault.update(change), lateMs.update),
    });
    return { through, lateMs };
  }

  /** Everybody that the tab shows from now on. */
  function watch({ manager }: OpenTab): Array<string | null> {
    const seen: Array<string | null> = [];
    manager.state.subscribe(() => {
      const state = manager.state.getState();
      seen.push(state.status === 'authenticated' ? state.user.id : null);
    });
    return seen;
  }

  it('to a look at the page: shows nobody else again', async () => {
    const world = createWorld();
    const { through, lateMs } = delayed(world);
    const other = await world.signedIn('ada');
    const slow = await world.openTab({ through });
    lateMs.read = 100;
    slow.tab.platform.emit('look');
    await world.clock.advance(10);
    lateMs.read = 0;
    const seen = watch(slow);
    await other.manager.signIn({ user: 'bob' }, false);
    await world.clock.advance(200);
    expect(seen).toEqual(['bob']);
    expect(slow.events.filter((name) => name === 'identity_changed')).toHaveLength(1);
  });

  it('to the first question of a page: shows nobody else again', async () => {
    const world = createWorld();
    const { through, lateMs } = delayed(world);
    const other = await world.signedIn('ada');
    lateMs.read = 100;
    const slow = await world.openTab({ through });
    lateMs.read = 0;
    const seen = watch(slow);
    await other.manager.signIn({ user: 'bob' }, false);
    await world.clock.advance(200);
    expect(seen).toEqual(['bob']);
    expect(slow.events).not.toContain('identity_changed');
  });

  it('to the tombstone of a session before: signs nobody out', async () => {
    const world = createWorld();
    const { through, lateMs } = delayed(world);
    const other = await world.signedIn('ada');
    const slow = await world.openTab({ through });
    world.vault.slow(50);
    void other.manager.signOut().catch(() => {});
    await world.clock.settle();
    other.tab.crash();
    world.vault.slow(0);
    const third = await world.openTab();
    lateMs.update = 500;
    await world.clock.advance(1000);
    expect(world.vault.record()).toMatchObject({ kind: 'ended' });
    const seen = watch(slow);
    await third.manager.signIn({ user: 'bob' }, false);
    await world.clock.advance(1000);
    expect(seen).toEqual(['bob']);
    expect(slow.ends).toEqual([{ reason: 'signed_out', user: 'ada' }]);
  });
});
