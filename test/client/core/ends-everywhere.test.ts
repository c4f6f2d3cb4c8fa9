import { describe, expect, it } from 'vitest';
import type { FakeVault } from '../../../src/testing/index.ts';
import { createWorld, type OpenTab } from './world.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

const shown = ({ manager }: OpenTab): unknown => {
  const state = manager.state.getState();
  return state.status === 'unauthenticated' ? state.endReason : state.status;
};

describe('a limit that passed while the machine slept', () => {
  const troubles: Array<[string, (vault: FakeVault) => void]> = [
    ['refuses to be read', (vault) => vault.refuse('read')],
    ['refuses everything', (vault) => vault.refuse()],
    ['never answers', (vault) => vault.hang()],
  ];

  it.each(troubles)('of idleness: ends the session although storage %s', async (_, trouble) => {
    const world = createWorld();
    const opened = await world.signedIn();
    trouble(world.vault);
    world.clock.sleep(31 * minute);
    opened.tab.platform.emit('look');
    await world.clock.advance(10 * second);
    expect([shown(opened), opened.manager.peek()]).toEqual(['idle', null]);
  });

  it.each(troubles)('of the session itself: ends it although storage %s', async (_, trouble) => {
    const world = createWorld();
    const opened = await world.signedIn('ada', { idle: false });
    trouble(world.vault);
    world.clock.sleep(13 * hour);
    opened.tab.platform.emit('look');
    await world.clock.advance(10 * second);
    expect(shown(opened)).toBe('absolute_expired');
  });

  it('of idleness: ends nothing when storage, which can only be read, knows of somebody active elsewhere', async () => {
    const world = createWorld();
    const opened = await world.signedIn();
    await world.clock.advance(29 * minute);
    world.vault.put({ activityAt: world.clock.now() });
    world.vault.refuse('update');
    await world.clock.advance(5 * minute);
    expect(shown(opened)).toBe('authenticated');
  });

  it('of idleness: ends nothing when somebody tells of activity while storage is asked and never answers', async () => {
    const world = createWorld();
    const active = await world.signedIn();
    const opened = await world.openTab();
    world.wires.deliver(() => []);
    await world.clock.advance(20 * minute);
    active.tab.platform.act();
    await world.clock.advance(9 * minute + 58 * second);
    world.vault.hang();
    await world.clock.advance(4 * second);
    world.wires.deliver(() => [1]);
    active.tab.platform.act();
    await world.clock.advance(10 * second);
    expect([shown(active), shown(opened)]).toEqual(['authenticated', 'authenticated']);
  });

  it.each([
    ['idle', {}, 31 * minute],
    ['absolute_expired', { idle: false }, 13 * hour],
  ] as const)('%s: a tab that opens and finds it tells those that slept', async (reason, behaviour, slept) => {
    const world = createWorld();
    const asleep = await world.signedIn('ada', behaviour);
    world.clock.sleep(slept);
    const opened = await world.openTab(behaviour);
    expect([shown(asleep), shown(opened)]).toEqual([reason, reason]);
    expect(asleep.ends).toEqual([{ reason, user: 'ada' }]);
  });
});

describe('a sign-out', () => {
  it('that its own tab did not live to write is written by one that heard of it, which tells those that opened since', async () => {
    const world = createWorld();
    const [leaver, heard] = [await world.signedIn(), await world.openTab()];
    world.vault.slow(50);
    void leaver.manager.signOut().catch(() => {});
    await world.clock.settle();
    leaver.tab.crash();
    world.vault.slow(0);
    await world.clock.advance(60);
    const late = await world.openTab();
    expect([shown(heard), shown(late)]).toEqual(['signed_out', 'authenticated']);
    await world.clock.advance(2 * second);
    expect(world.vault.record()).toMatchObject({ kind: 'ended', reason: 'signed_out' });
    expect(shown(late)).toBe('signed_out');
  });

  it('is told again once it is written: a tab that opened in between has read the session and missed the first word', async () => {
    const world = createWorld();
    const leaver = await world.signedIn();
    world.vault.slow(50);
    const out = leaver.manager.signOut();
    await world.clock.settle();
    world.vault.slow(0);
    const opening = await world.openTab();
    expect(shown(opening)).toBe('authenticated');
    await world.clock.advance(60);
    await out;
    expect(shown(opening)).toBe('signed_out');
    expect(opening.ends).toEqual([{ reason: 'signed_out', user: 'ada' }]);
  });

  it('of a session that is over already shows why it was over: the first end is the one that counts', async () => {
    const world = createWorld();
    const { manager, events, tab } = await world.signedIn();
    const record = world.vault.record();
    if (record?.kind !== 'live') throw new Error('expected a session');
    const { sessionId, generation } = record;
    const at = world.clock.now();
    world.vault.put({
      record: { version: 1, kind: 'ended', sessionId, generation, userId: 'ada', reason: 'absolute_expired', at },
    });
    tab.platform.act();
    await manager.signOut();
    expect(manager.state.getState()).toMatchObject({ endReason: 'absolute_expired' });
    expect(events.filter((name) => name === 'ended')).toHaveLength(1);
  });
});
