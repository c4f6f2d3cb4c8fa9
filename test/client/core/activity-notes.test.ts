import { describe, expect, it } from 'vitest';
import { createWorld, type OpenTab } from './world.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

describe('a note of activity', () => {
  it('that storage refused is written later, although nothing more happens', async () => {
    const world = createWorld();
    const { tab } = await world.signedIn();
    await world.clock.advance(5 * minute);
    const actedAt = world.clock.now();
    world.vault.refuse('update', 2);
    tab.platform.act();
    await world.clock.advance(10 * second);
    expect(world.vault.contents().activityAt).toBeLessThan(actedAt);
    await world.clock.advance(minute);
    expect(world.vault.contents().activityAt).toBe(actedAt);
  });
});

describe('activity in another tab, which no message told of', () => {
  it('is learnt from the vault together with new tokens', async () => {
    const world = createWorld();
    const { tab } = await world.signedIn();
    const other = await world.openTab();
    world.wires.deliver(() => []);
    await world.clock.advance(10 * minute);
    const actedAt = world.clock.now();
    tab.platform.act();
    await world.clock.advance(1);
    await other.manager.refresh();
    expect(other.manager.idle.getState().deadline).toBe(actedAt + 30 * minute);
  });
});

describe('activity after the limit', () => {
  it.each([
    ['the person does something', ({ tab }: OpenTab) => tab.platform.act()],
    ['the person says so', ({ manager }: OpenTab) => manager.stayActive()],
  ])('ends the session when %s: the timer that slept comes to it much later', async (_, act) => {
    const world = createWorld();
    const opened = await world.signedIn();
    const { manager, ends } = opened;
    await world.clock.advance(5 * minute);
    world.clock.sleep(31 * minute);
    act(opened);
    await world.clock.settle();
    await world.clock.advance(1);
    expect(manager.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
    expect(ends).toEqual([{ reason: 'idle', user: 'ada' }]);
    expect(manager.peek()).toBeNull();
  });
});

describe('a clock that is set back', () => {
  it('without a server to ask: the limit is reckoned from the last activity all the same', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn();
    await world.clock.advance(10 * minute);
    tab.platform.act();
    world.server.down = true;
    tab.clock.step(-2 * hour);
    tab.platform.emit('look');
    await world.clock.advance(5 * second);
    const { deadline } = manager.idle.getState();
    expect(Math.abs((deadline ?? 0) - (tab.clock.now() + 30 * minute))).toBeLessThan(minute);
    await world.clock.advance(31 * minute);
    expect(manager.state.getState()).toMatchObject({ endReason: 'idle' });
  });

  it('while the machine sleeps for longer, without a server to ask: what was noted of the future counts as now', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn('ada', { idle: { timeout: '30m' } });
    tab.clock.step(-2 * hour);
    await world.clock.advance(1);
    world.vault.put({ activityAt: tab.clock.now() + 2 * hour });
    world.server.down = true;
    tab.clock.step(10 * second);
    tab.platform.emit('look');
    await world.clock.advance(31 * minute + 10 * second);
    expect(manager.state.getState()).toMatchObject({ endReason: 'idle' });
  });
});
