import { describe, expect, it } from 'vitest';
import { createWorld } from './world.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

describe('a clock that is set', () => {
  it('in all tabs: the one that learns of it from the record of another asks the server all the same', async () => {
    const world = createWorld();
    const tabs = [await world.signedIn(), await world.openTab(), await world.openTab()];
    await world.clock.advance(minute);
    for (const { tab } of tabs) tab.clock.step(2 * hour);
    tabs[0]?.tab.platform.emit('look');
    await world.clock.advance(20 * minute);
    for (const { manager } of tabs) {
      expect(manager.state.getState().status).toBe('authenticated');
      expect(manager.idle.getState().phase).toBe('active');
    }
  });

  it('forth, with a message of another tab before anything else: the phase that was shown by mistake is looked into', async () => {
    const world = createWorld();
    const first = await world.signedIn();
    const other = await world.openTab();
    other.tab.clock.step(2 * hour);
    await first.manager.refresh();
    await world.clock.advance(second);
    expect(other.manager.idle.getState().phase).toBe('active');
    expect(other.manager.state.getState().status).toBe('authenticated');
  });

  it('back while all tabs were closed: the stamp of the future counts as now, and is written over', async () => {
    const world = createWorld();
    const { tab } = await world.signedIn();
    tab.close();
    const activityAt = world.clock.now() + hour;
    world.vault.put({ activityAt });
    const { manager, tab: later } = await world.openTab();
    expect(manager.idle.getState().phase).toBe('active');
    await world.clock.advance(minute);
    later.platform.act();
    await world.clock.settle();
    expect(world.vault.contents().activityAt).toBe(world.clock.now());
    await world.clock.advance(30 * minute);
    expect(manager.state.getState()).toMatchObject({ endReason: 'idle' });
  });

  it('back: activity that was written before is no reason to stay signed in beyond the limit', async () => {
    const world = createWorld();
    const { manager } = await world.signedIn();
    world.vault.put({ activityAt: world.clock.now() + 5 * hour });
    await world.clock.advance(30 * minute);
    expect(manager.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
  });

  it('and no stamp of activity at all: the person counts as here, and as away after the limit', async () => {
    const world = createWorld();
    const { tab } = await world.signedIn();
    tab.close();
    world.vault.put({ activityAt: null });
    const { manager } = await world.openTab();
    expect(manager.idle.getState().phase).toBe('active');
    await world.clock.advance(30 * minute);
    expect(manager.state.getState()).toMatchObject({ endReason: 'idle' });
  });

  it('back during the pause after a failure: the next attempt comes in its time', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn('ada', { idle: false });
    world.server.faults.push({ kind: 'lost_request' });
    await expect(manager.refresh()).rejects.toMatchObject({ retryable: true });
    await world.clock.advance(5 * minute);
    world.server.down = true;
    await world.clock.advance(5 * minute);
    tab.clock.step(-2 * hour);
    world.server.down = false;
    await world.clock.advance(minute);
    expect(manager.token.getState().freshness).toBe('fresh');
  });

  it('while the browser says that there is no network: the server is asked all the same', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn();
    tab.platform.setOnline(false);
    tab.clock.step(2 * hour);
    tab.platform.emit('look');
    await world.clock.settle();
    expect([world.server.timeRequests, manager.state.getState().status]).toEqual([1, 'authenticated']);
  });
});

describe('a clock that is set while a request is under way', () => {
  it('teaches a refresh nothing, and the next look at the server’s clock teaches it all', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn('ada', { idle: false });
    world.server.faults.push({ kind: 'late_answer', ms: 2 * second });
    const refresh = manager.refresh();
    await world.clock.advance(second);
    tab.clock.step(2 * hour);
    await world.clock.advance(2 * second);
    await refresh;
    expect(world.vault.record()).toMatchObject({ generation: 1, offsetMs: 0 });
    tab.platform.emit('look');
    await world.clock.advance(minute);
    expect(manager.token.getState().freshness).toBe('fresh');
    await manager.refresh();
    expect(world.vault.record()).toMatchObject({ generation: 2, offsetMs: -2 * hour });
  });
});

it('a clock that is set back, without a server to ask, moves the end of the token and of idleness with it', async () => {
  const world = createWorld();
  const { manager, tab } = await world.signedIn();
  await world.clock.advance(minute);
  tab.platform.emit('look');
  await world.clock.settle();
  world.server.down = true;
  tab.clock.step(-2 * hour);
  tab.platform.emit('look');
  await world.clock.settle();
  const now = tab.clock.now();
  expect(manager.token.getState().expiresAt).toBe(now + 4 * minute);
  expect(manager.idle.getState().deadline).toBe(now + 29 * minute);
});

describe('a clock that is set while nobody is signed in', () => {
  it.each([
    ['can', false],
    ['cannot', true],
  ])(
    'because it ran ahead here: the session of another tab is not over, when the server %s be asked',
    async (_, isDown) => {
      const skewMs = 13 * hour;
      const world = createWorld();
      const here = await world.openTab({ skewMs });
      const there = await world.openTab();
      here.tab.platform.emit('look');
      await world.clock.settle();
      here.tab.clock.step(-skewMs);
      here.tab.platform.emit('look');
      await world.clock.settle();
      await there.manager.signIn({ user: 'ada' }, false);
      world.server.down = isDown;
      await world.clock.advance(minute);
      expect(here.manager.state.getState().status).toBe('authenticated');
      expect(here.events).not.toContain('absolute_warning');
    },
  );

  it.each([
    ['forth', 'can', 13 * hour],
    ['forth', 'cannot', 13 * hour],
    ['back', 'can', -13 * hour],
    ['back', 'cannot', -13 * hour],
  ])('%s, after a sign-out: the next session is over in no tab, when the server %s be asked', async (_, can, ms) => {
    const world = createWorld();
    const tabs = [await world.signedIn('ada'), await world.signedIn('ada')];
    await tabs[0]?.manager.signOut();
    await world.clock.settle();
    for (const { tab } of tabs) {
      tab.clock.step(ms);
      tab.platform.emit('look');
    }
    await world.clock.settle();
    await tabs[0]?.manager.signIn({ user: 'bob' }, false);
    world.server.down = can === 'cannot';
    await world.clock.advance(minute);
    for (const { manager, tab } of tabs) {
      expect(manager.state.getState().status).toBe('authenticated');
      expect(manager.token.getState().expiresAt).toBe(tab.clock.now() + 4 * minute);
    }
  });
});

describe('a clock that was set, with nobody told', () => {
  it('is looked into as soon as something is planned by it', async () => {
    const world = createWorld({ accessMs: hour });
    const { tab } = await world.openTab();
    const { manager } = await world.signedIn('ada', { idle: false });
    await world.clock.advance(minute);
    tab.clock.step(5 * minute);
    expect(world.server.timeRequests).toBe(0);
    await manager.refresh();
    await world.clock.advance(second);
    expect(world.server.timeRequests).toBe(1);
  });
});
