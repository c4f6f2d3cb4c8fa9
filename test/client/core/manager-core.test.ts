import { describe, expect, it } from 'vitest';
import { createWorld } from './world.ts';

const minute = 60_000;

describe('signing in', () => {
  it('shows the person, keeps the tokens in the vault and tells the other tabs', async () => {
    const world = createWorld();
    const other = await world.openTab();
    expect(other.manager.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: null });
    const { manager } = await world.signedIn('ada');
    expect(manager.state.getState()).toMatchObject({
      status: 'authenticated',
      user: { id: 'ada' },
      persistence: 'persistent',
    });
    expect(other.manager.state.getState()).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
    expect(other.events).toContain('signed_in');
    expect(manager.peek()).toMatch(/^access-ada-0/);
    expect(other.manager.peek()).toBe(manager.peek());
  });

  it('loads what the network needs in every tab, and in none before', async () => {
    const world = createWorld();
    const other = await world.openTab();
    expect(other.hasNetwork()).toBe(false);
    await world.signedIn('ada');
    expect(other.hasNetwork()).toBe(true);
    const later = await world.openTab();
    expect(later.hasNetwork()).toBe(true);
  });

  it('is there after a reload without a request (S112)', async () => {
    const world = createWorld();
    const { tab } = await world.signedIn('ada');
    tab.close();
    world.server.down = true;
    const { manager } = await world.openTab();
    expect(manager.state.getState()).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
    expect(await manager.accessToken(undefined)).toMatch(/^access-ada-0/);
    expect(world.server.refreshes).toEqual([]);
  });
});

describe('refreshing', () => {
  it('happens once before expiry for 8 tabs, and every tab has the new token (S110, S111)', async () => {
    const world = createWorld();
    const first = await world.signedIn();
    const tabs = [first, ...(await Promise.all(Array.from({ length: 7 }, () => world.openTab())))];
    world.server.latencyMs = 60;
    await world.clock.advance(4 * minute);
    expect(world.server.refreshes).toEqual(['rotated']);
    const tokens = new Set(tabs.map(({ manager }) => manager.peek()));
    expect(tokens.size).toBe(1);
    expect([...tokens][0]).toMatch(/^access-ada-1/);
  });

  it('happens once when 8 tabs wake with an expired token and ask at once', async () => {
    const world = createWorld();
    const first = await world.signedIn('ada', { idle: false });
    const tabs = [first, ...(await Promise.all(Array.from({ length: 7 }, () => world.openTab({ idle: false }))))];
    world.clock.sleep(20 * minute);
    world.server.latencyMs = 60;
    const asked = tabs.map(({ manager }) => manager.accessToken(undefined));
    await world.clock.advance(1000);
    const tokens = new Set(await Promise.all(asked));
    expect(tokens.size).toBe(1);
    expect(world.server.refreshes).toEqual(['rotated']);
  });

  it('changes nothing that an app renders', async () => {
    const world = createWorld();
    const { manager } = await world.signedIn();
    let renders = 0;
    manager.state.subscribe(() => (renders += 1));
    await world.clock.advance(4 * minute);
    expect(world.server.refreshes).toEqual(['rotated']);
    expect(renders).toBe(0);
  });

  it('recovers a lost answer with the same successor', async () => {
    const world = createWorld();
    const { manager, events } = await world.signedIn();
    world.server.faults.push({ kind: 'lost_answer' });
    await world.clock.advance(6 * minute);
    expect(world.server.refreshes.slice(0, 2)).toEqual(['rotated', 'replayed']);
    expect(events).not.toContain('ended');
    expect(manager.state.getState().status).toBe('authenticated');
  });

  it('goes on in another tab when the tab that refreshed dies after the commit', async () => {
    const world = createWorld();
    const first = await world.signedIn();
    const second = await world.openTab();
    world.server.faults.push({ kind: 'late_answer', ms: 5000 });
    const asked = first.manager.refresh().catch(() => {});
    await world.clock.advance(1000);
    expect(world.server.refreshes).toEqual(['rotated']);
    first.tab.crash();
    const token = second.manager.refresh();
    await world.clock.advance(20_000);
    await token;
    void asked;
    expect(world.server.refreshes).toEqual(['rotated', 'replayed']);
    expect(second.manager.peek()).toMatch(/^access-ada-1/);
  });

  it('keeps everybody signed in through ten minutes without a server, in bounded requests, and recovers by itself', async () => {
    const world = createWorld();
    const { manager } = await world.signedIn('ada', { idle: false });
    world.server.down = true;
    await world.clock.advance(10 * minute);
    expect(manager.state.getState()).toMatchObject({ status: 'authenticated', connection: 'offline' });
    await expect(manager.accessToken(undefined)).rejects.toMatchObject({ code: 'network_error', retryable: true });
    expect(world.server.refreshes.length).toBeLessThan(20);
    world.server.down = false;
    await world.clock.advance(minute);
    expect(manager.state.getState()).toMatchObject({ status: 'authenticated', connection: 'online' });
    expect(manager.peek()).toMatch(/^access-ada-1/);
  });

  it('is online again in every tab as soon as one has reached the server', async () => {
    const world = createWorld();
    const first = await world.signedIn();
    const second = await world.openTab();
    world.server.down = true;
    await world.clock.advance(10 * minute);
    for (const { manager } of [first, second])
      expect(manager.state.getState()).toMatchObject({ connection: 'offline' });
    world.server.down = false;
    await world.clock.advance(minute);
    expect(world.server.refreshes.filter((outcome) => outcome === 'rotated')).toHaveLength(1);
    for (const { manager } of [first, second]) expect(manager.state.getState()).toMatchObject({ connection: 'online' });
  });
});

describe('signing out', () => {
  it('ends every tab at once and the server by the outbox (S111)', async () => {
    const world = createWorld();
    const first = await world.signedIn();
    const tabs = [first, await world.openTab(), await world.openTab()];
    await first.manager.signOut();
    await world.clock.settle();
    for (const { manager, ends } of tabs) {
      expect(manager.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
      expect(manager.peek()).toBeNull();
      expect(ends).toEqual([{ reason: 'signed_out', user: 'ada' }]);
    }
    expect(world.server.revocations).toHaveLength(1);
    expect(world.vault.contents().outbox).toEqual([]);
  });

  it('holds offline, survives the tabs, and reaches the server later (S112)', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn();
    world.server.down = true;
    await manager.signOut();
    expect(manager.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
    tab.close();
    expect(world.vault.contents().outbox).toHaveLength(1);
    const again = await world.openTab();
    expect(again.manager.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
    again.tab.platform.setOnline(false);
    world.server.down = false;
    await world.clock.advance(5000);
    expect(again.manager.state.getState().connection).toBe('online');
    expect(world.server.revocations).toHaveLength(1);
    expect(world.vault.contents().outbox).toEqual([]);
  });

  it('is not undone by a refresh that was under way', async () => {
    const world = createWorld();
    const { manager } = await world.signedIn();
    world.server.faults.push({ kind: 'late_answer', ms: 2000 });
    const refresh = manager.refresh().catch((error: { code: string }) => error.code);
    await world.clock.advance(1000);
    await manager.signOut();
    await world.clock.advance(5000);
    expect(await refresh).toMatch(/session_ended|aborted/);
    expect(manager.state.getState().status).toBe('unauthenticated');
    expect(world.vault.record()).toMatchObject({ kind: 'ended', reason: 'signed_out' });
  });
});

describe('another person', () => {
  it('signs in in tab 2: tab 1 aborts, tells, and becomes that person', async () => {
    const world = createWorld();
    const first = await world.signedIn('ada');
    const held = await first.manager.authorize();
    const second = await world.openTab();
    await second.manager.signIn({ user: 'bob' }, false);
    await world.clock.settle();
    expect(held.signal.aborted).toBe(true);
    expect(first.manager.isCurrent(held)).toBe(false);
    expect(first.events).toContain('identity_changed');
    expect(first.manager.state.getState()).toMatchObject({ status: 'authenticated', user: { id: 'bob' } });
    await world.clock.advance(1000);
    expect(world.server.revocations).toHaveLength(1);
  });

  it("signs in in tab 2 of an app that asked for an end: tab 1 ends, tab 2 is that person's", async () => {
    const world = createWorld();
    const first = await world.signedIn('ada', { onIdentityChange: 'end' });
    const second = await world.openTab({ onIdentityChange: 'end' });
    await second.manager.signIn({ user: 'bob' }, false);
    await world.clock.settle();
    expect(first.manager.state.getState()).toMatchObject({ endReason: 'identity_changed' });
    expect(second.manager.state.getState()).toMatchObject({ status: 'authenticated', user: { id: 'bob' } });
    expect(await second.manager.accessToken(undefined)).toBeTypeOf('string');
  });
});

describe('a request that is asked for as one person', () => {
  it('never gets the token of another one who signed in unseen', async () => {
    const world = createWorld();
    const first = await world.signedIn('ada');
    const second = await world.openTab();
    first.tab.freeze();
    await second.manager.signIn({ user: 'bob' }, false);
    await world.clock.settle();
    first.tab.thaw();
    expect(first.manager.state.getState()).toMatchObject({ user: { id: 'ada' } });
    const asked = [first.manager.authorize(), first.manager.accessToken(undefined)];
    for (const answer of asked) await expect(answer).rejects.toMatchObject({ code: 'identity_changed' });
    expect(await first.manager.authorize()).toMatchObject({ userId: 'bob' });
  });

  it('is not repeated as another one who signed in while the tokens were renewed', async () => {
    const world = createWorld();
    const first = await world.signedIn('ada');
    const second = await world.openTab();
    const third = await world.openTab();
    const refused = await first.manager.authorize();
    world.server.faults.push({ kind: 'late_answer', ms: 2000 });
    void second.manager.refresh().catch(() => {});
    await world.clock.advance(500);
    // Waits for the lock that the second tab holds.
    const repeated = first.manager.reauthorize(refused).catch((error: { code: string }) => error.code);
    await world.clock.advance(500);
    await third.manager.signIn({ user: 'bob' }, false);
    await world.clock.advance(5000);
    expect(await repeated).toBe('identity_changed');
  });
});

describe('idleness', () => {
  const idle = { idle: { timeout: '30m', warning: '2m' } } as const;

  it('is shared: activity in one tab keeps all, and ends all when it stops', async () => {
    const world = createWorld();
    const first = await world.signedIn('ada', idle);
    const second = await world.openTab(idle);
    for (let step = 0; step < 8; step++) {
      await world.clock.advance(10 * minute);
      second.tab.platform.act();
    }
    expect(first.manager.state.getState().status).toBe('authenticated');
    await world.clock.advance(28 * minute + 1000);
    expect(first.manager.idle.getState().phase).toBe('warning');
    expect(second.manager.idle.getState().phase).toBe('warning');
    expect(first.events.filter((name) => name === 'idle_warning')).toHaveLength(1);
    first.manager.stayActive();
    await world.clock.settle();
    expect(second.manager.idle.getState().phase).toBe('active');
    await world.clock.advance(31 * minute);
    for (const { manager } of [first, second]) {
      expect(manager.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
    }
  });

  it('passed while all tabs were closed: signed out before anything is shown', async () => {
    const world = createWorld();
    const { tab } = await world.signedIn('ada', idle);
    tab.close();
    await world.clock.advance(31 * minute);
    const states: string[] = [];
    const again = await world.openTab(idle);
    again.manager.state.subscribe(() => states.push(again.manager.state.getState().status));
    expect(again.manager.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
    expect(states).toEqual([]);
  });

  it('counts sleep as absence, and the event that wakes the machine not as activity', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn('ada', idle);
    world.clock.sleep(2 * 60 * minute);
    tab.platform.act();
    tab.platform.emit('look');
    await world.clock.advance(100);
    expect(manager.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
  });

  it('is not believed when only the clock was set', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn('ada', idle);
    tab.clock.step(2 * 60 * minute);
    tab.platform.emit('look');
    await world.clock.advance(1000);
    expect(manager.state.getState().status).toBe('authenticated');
    expect(manager.idle.getState().phase).toBe('active');
  });
});

describe('leaving', () => {
  it('leaves no timer, listener or channel behind (S110)', async () => {
    const world = createWorld();
    for (let round = 0; round < 20; round++) {
      const { manager, tab } = await world.signedIn('ada');
      manager.dispose();
      expect(tab.platform.listeners()).toBe(0);
      tab.close();
    }
    await world.clock.advance(60_000);
    expect(world.clock.pendingTimers()).toBe(0);
  });
});
