import { describe, expect, it } from 'vitest';
import { SessionError } from '../../../src/protocol/session-error.ts';
import { createWorld } from './world.ts';

const minute = 60_000;

describe('storage', () => {
  it('E9: that cannot be read at the start is asked again, and nobody is signed out by it', async () => {
    const world = createWorld();
    const { tab } = await world.signedIn();
    tab.close();
    world.vault.refuse('read', 3);
    const { manager } = await world.openTab();
    expect(manager.state.getState().status).toBe('loading');
    await world.clock.advance(2000);
    expect(manager.state.getState()).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
  });

  it('that never answers: ready() says so within its bound', async () => {
    const world = createWorld();
    world.vault.hang();
    const { manager } = await world.openTab();
    const ready = manager.ready().catch((error: SessionError) => error.code);
    await world.clock.advance(15_000);
    expect(await ready).toBe('storage_unavailable');
    world.vault.heal();
    await world.clock.advance(5000);
    expect(manager.state.getState().status).toBe('unauthenticated');
  });

  it('H5: that refuses a sign-in: the session lives in memory and says so', async () => {
    const world = createWorld();
    const { manager, events } = await world.openTab();
    world.vault.refuse('update');
    await manager.signIn({ user: 'ada' }, false);
    expect(manager.state.getState()).toMatchObject({ status: 'authenticated', persistence: 'memory' });
    expect(events).toContain('storage_degraded');
    await world.clock.advance(5 * minute);
    expect(world.server.refreshes).toEqual(['rotated']);
  });

  it('D4: that refuses a successor: it is kept, written later, and the old token is never presented again', async () => {
    const world = createWorld();
    const { manager, events } = await world.signedIn('ada', { idle: false });
    world.server.faults.push({ kind: 'late_answer', ms: 2000 });
    const refresh = manager.refresh();
    await world.clock.advance(1000);
    world.vault.refuse('update');
    await world.clock.advance(2000);
    await refresh;
    expect(manager.peek()).toMatch(/^access-ada-1/);
    expect(manager.state.getState()).toMatchObject({ status: 'authenticated', connection: 'degraded' });
    expect(events).toContain('storage_degraded');
    await expect(manager.refresh()).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(world.server.refreshes).toEqual(['rotated']);
    world.vault.heal();
    await world.clock.advance(2 * minute);
    expect(world.vault.record()).toMatchObject({ kind: 'live', generation: 1 });
    await manager.refresh();
    expect(world.server.refreshes).toEqual(['rotated', 'rotated']);
  });

  it('that refuses the note: nothing is sent', async () => {
    const world = createWorld();
    const { manager } = await world.signedIn();
    world.vault.refuse('update');
    await expect(manager.refresh()).rejects.toMatchObject({ code: 'storage_unavailable', retryable: true });
    expect(world.server.refreshes).toEqual([]);
    expect(await manager.accessToken(undefined)).toMatch(/^access-ada-0/);
  });

  it('that refuses the tombstone: signed out all the same, here, in the other tabs and at the server', async () => {
    const world = createWorld();
    const first = await world.signedIn();
    const second = await world.openTab();
    world.vault.refuse('update');
    await first.manager.signOut();
    await world.clock.advance(100);
    for (const { manager } of [first, second])
      expect(manager.state.getState()).toMatchObject({ endReason: 'signed_out' });
    expect(world.server.revocations.length).toBeGreaterThan(0);
    world.vault.heal();
    await world.clock.advance(2 * minute);
    expect(world.vault.record()).toMatchObject({ kind: 'ended', reason: 'signed_out' });
  });

  it('H3: that suddenly holds nothing signs nobody out before the access token ends, and is never rebuilt from memory', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn('ada', { idle: false });
    world.vault.clear();
    tab.platform.emit('look');
    await world.clock.advance(minute);
    expect(manager.state.getState().status).toBe('authenticated');
    expect(await manager.accessToken(undefined)).toMatch(/^access-ada-0/);
    await world.clock.advance(5 * minute);
    expect(manager.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'storage_missing' });
    expect(world.server.refreshes).toEqual([]);
    expect(world.vault.record()).toMatchObject({ kind: 'ended', reason: 'storage_missing' });
    expect(world.server.revocations).toHaveLength(1);
  });

  it('that was read as empty by mistake is believed again when it shows the session', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn('ada', { idle: false });
    const kept = world.vault.contents();
    world.vault.clear();
    tab.platform.emit('look');
    await world.clock.advance(minute);
    world.vault.rollBack(kept);
    await world.clock.advance(9 * minute);
    expect(manager.state.getState().status).toBe('authenticated');
  });

  it('that went back to an earlier generation is brought forward, and never rotated from there', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn('ada', { idle: false });
    const early = world.vault.contents();
    await manager.refresh();
    await manager.refresh();
    world.vault.rollBack(early);
    tab.platform.emit('look');
    await world.clock.settle();
    await manager.refresh();
    expect(world.server.refreshes).toEqual(['rotated', 'rotated', 'rotated']);
    expect(world.vault.record()).toMatchObject({ generation: 3 });
  });

  it('H6: that cannot be read as a session: quarantined, with the reason', async () => {
    const world = createWorld();
    const { tab } = await world.signedIn();
    tab.close();
    world.vault.corrupt();
    const { manager } = await world.openTab();
    expect(manager.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'storage_corrupt' });
    expect(world.vault.quarantined).toBe(1);
  });

  it('B9: of a later version is left alone; a sign-in then lives in memory', async () => {
    const world = createWorld();
    world.vault.makeNewer();
    const { manager } = await world.openTab();
    expect(manager.state.getState()).toMatchObject({
      status: 'unauthenticated',
      endReason: null,
      persistence: 'memory',
    });
    await manager.signIn({ user: 'ada' }, false);
    expect(manager.state.getState()).toMatchObject({ status: 'authenticated', persistence: 'memory' });
    expect(world.vault.contents().trouble).toBe('newer');
  });
});

describe('what is read and sent', () => {
  it('is read again after signing: a sibling that rotated meanwhile is adopted, nothing is sent', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn();
    const prove = tab.platform.keys.prove;
    const proving: Array<() => void> = [];
    tab.platform.keys.prove = async (...args) => {
      await new Promise<void>((resolve) => proving.push(resolve));
      return prove(...args);
    };
    const signed = await world.openTab();
    await signed.manager.signIn({ user: 'ada' }, false);
    await world.clock.settle();
    const record = world.vault.record();
    if (record?.kind !== 'live') throw new Error('expected a session');
    world.vault.put({ record: { ...record, key: { privateKey: {}, publicKey: {} } } });
    const refresh = manager.refresh();
    await world.clock.settle();
    expect(proving).toHaveLength(1);
    const noted = world.vault.record();
    if (noted?.kind !== 'live') throw new Error('expected a session');
    world.vault.put({ record: { ...noted, generation: 1, accessToken: 'access-ada-1-sibling', pending: null } });
    proving[0]?.();
    await world.clock.settle();
    await refresh;
    expect(world.server.refreshes).toEqual([]);
    expect(manager.peek()).toBe('access-ada-1-sibling');
  });

  it('a successor that storage refused is not written over storage that was cleared since', async () => {
    const world = createWorld();
    const { manager } = await world.signedIn('ada', { idle: false });
    world.server.faults.push({ kind: 'late_answer', ms: 2000 });
    const refresh = manager.refresh();
    await world.clock.advance(1000);
    world.vault.refuse('update');
    await world.clock.advance(2000);
    await refresh;
    world.vault.clear();
    world.vault.heal();
    await world.clock.advance(2 * minute);
    expect(world.vault.record()).toBeNull();
    await world.clock.advance(5 * minute);
    expect(manager.state.getState()).toMatchObject({ endReason: 'storage_missing' });
  });

  it('a successor that storage refused is written first when the next refresh is asked for', async () => {
    const world = createWorld();
    const { manager } = await world.signedIn('ada', { idle: false });
    world.server.faults.push({ kind: 'late_answer', ms: 2000 });
    const refresh = manager.refresh();
    await world.clock.advance(1000);
    world.vault.refuse('update');
    await world.clock.advance(2000);
    await refresh;
    world.vault.heal();
    await manager.refresh();
    expect(world.vault.record()).toMatchObject({ generation: 2 });
  });
});

describe('tabs that stop', () => {
  it('C4: a waiter that froze in line starves nobody who was told of the new tokens', async () => {
    const world = createWorld();
    const holder = await world.signedIn('ada', { idle: false });
    const frozen = await world.openTab({ idle: false });
    const behind = await world.openTab({ idle: false });
    world.server.faults.push({ kind: 'late_answer', ms: 1000 });
    const first = holder.manager.refresh();
    await world.clock.advance(10);
    const second = frozen.manager.refresh().catch(() => {});
    await world.clock.advance(10);
    const third = behind.manager.refresh();
    await world.clock.advance(10);
    frozen.tab.stall();
    let done = false;
    void third.then(() => (done = true));
    await world.clock.advance(1500);
    await first;
    expect(done).toBe(true);
    expect(world.server.refreshes).toEqual(['rotated']);
    frozen.tab.unstall();
    await world.clock.advance(1000);
    await second;
  });

  it('C4: frozen while it holds the lock: others get a token within the bound', async () => {
    const world = createWorld();
    const first = await world.signedIn('ada', { idle: false });
    const second = await world.openTab({ idle: false });
    world.server.faults.push({ kind: 'late_answer', ms: 1000 });
    const stuck = first.manager.refresh().catch(() => {});
    await world.clock.advance(100);
    first.tab.stall();
    const token = second.manager.refresh();
    let done = false;
    void token.then(() => (done = true));
    await world.clock.advance(16_000);
    expect(done).toBe(true);
    expect(second.events).toContain('lock_stolen');
    expect(world.server.refreshes).toEqual(['rotated', 'replayed']);
    first.tab.unstall();
    await world.clock.advance(1000);
    await stuck;
    expect(first.manager.peek()).toBe(second.manager.peek());
  });

  it('I2: frozen during a sign-out: out before it shows or sends anything', async () => {
    const world = createWorld();
    const first = await world.signedIn();
    const second = await world.openTab();
    second.tab.freeze();
    await first.manager.signOut();
    second.tab.thaw();
    const token = second.manager.accessToken(undefined).catch((error: SessionError) => error.code);
    await world.clock.settle();
    expect(await token).toBe('session_ended');
    expect(second.manager.state.getState()).toMatchObject({ endReason: 'signed_out' });
  });

  it('a tab that slept between its note and its send sends nothing that is not true any more', async () => {
    const world = createWorld();
    const first = await world.signedIn('ada', { idle: false });
    const second = await world.openTab({ idle: false });
    world.vault.slow(10);
    const slept = first.manager.refresh().catch(() => {});
    await world.clock.advance(15);
    first.tab.stall();
    world.vault.slow(0);
    for (let round = 0; round < 2; round++) {
      const refresh = second.manager.refresh();
      await world.clock.advance(30_000);
      await refresh;
    }
    first.tab.unstall();
    await world.clock.advance(20_000);
    await slept;
    expect(world.server.refreshes).not.toContain('stale');
    expect(world.server.refreshes).not.toContain('ended');
    expect(first.manager.state.getState().status).toBe('authenticated');
  });
});

describe('answers', () => {
  it('E6: a foreign invalid_grant lets the access token serve to its end', async () => {
    const world = createWorld();
    const { manager, events } = await world.signedIn('ada', { idle: false });
    world.server.faults.push({ kind: 'answer', answer: { kind: 'ended', reason: 'refresh_rejected', foreign: true } });
    await expect(manager.refresh()).rejects.toMatchObject({ reason: 'refresh_rejected' });
    expect(await manager.accessToken(undefined)).toMatch(/^access-ada-0/);
    expect(events).not.toContain('ended');
    await world.clock.advance(5 * minute + 1);
    expect(manager.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'refresh_rejected' });
    expect(world.server.refreshes).toEqual(['fault']);
  });

  it.each([
    ['ended', { kind: 'ended', reason: 'revoked', foreign: false }],
    ['stale', { kind: 'stale', generation: null }],
    ['foreign', { kind: 'ended', reason: 'refresh_rejected', foreign: true }],
  ] as const)('B5: %s is not believed by a tab whose sibling rotated meanwhile', async (_, answer) => {
    const world = createWorld();
    const { manager } = await world.signedIn();
    world.server.faults.push({ kind: 'answer', answer, ms: 50 });
    const refresh = manager.refresh();
    await world.clock.advance(10);
    const record = world.vault.record();
    if (record?.kind !== 'live') throw new Error('expected a session');
    world.vault.put({ record: { ...record, generation: 1, accessToken: 'access-ada-1-sibling', pending: null } });
    await world.clock.advance(100);
    await refresh;
    expect(world.server.refreshes).toEqual(['fault']);
    expect(manager.state.getState().status).toBe('authenticated');
    expect(manager.peek()).toBe('access-ada-1-sibling');
  });

  it('a proof that the server has seen already (the browser sent the request twice) is made anew once, with the same key', async () => {
    const world = createWorld();
    const { manager } = await world.signedIn();
    const error = new SessionError('invalid_dpop_proof', 'This proof was used before.');
    world.server.faults.push({ kind: 'answer', answer: { kind: 'failed', error } });
    await manager.refresh();
    expect(world.server.refreshes).toEqual(['fault', 'rotated']);
    world.server.faults.push({ kind: 'answer', answer: { kind: 'failed', error } });
    world.server.faults.push({ kind: 'answer', answer: { kind: 'failed', error } });
    await expect(manager.refresh()).rejects.toMatchObject({ code: 'invalid_dpop_proof' });
    expect(manager.state.getState().status).toBe('authenticated');
  });

  it('stale on an unchanged record means that somebody else holds the successors: reuse', async () => {
    const world = createWorld();
    const { manager } = await world.signedIn();
    world.server.faults.push({ kind: 'answer', answer: { kind: 'stale', generation: null } });
    await expect(manager.refresh()).rejects.toMatchObject({ code: 'session_ended', reason: 'reuse_detected' });
    await world.clock.settle();
    expect(world.vault.record()).toMatchObject({ kind: 'ended', reason: 'reuse_detected' });
    expect(world.server.revocations).toHaveLength(1);
  });

  it('A2: 200 calls during a cooldown cost no requests and get a typed refusal at once', async () => {
    const world = createWorld();
    const { manager } = await world.signedIn('ada', { idle: false });
    await world.clock.advance(6 * minute);
    world.clock.sleep(6 * minute);
    world.server.down = true;
    const before = world.server.refreshes.length;
    for (let call = 0; call < 200; call++) {
      await expect(manager.accessToken(undefined)).rejects.toMatchObject({ retryable: true });
      await world.clock.advance(300);
    }
    expect(world.server.refreshes.length - before).toBeLessThanOrEqual(8);
    expect(manager.state.getState().status).toBe('authenticated');
  });

  it('a session revoked at the server ends with that reason everywhere', async () => {
    const world = createWorld();
    const first = await world.signedIn();
    const second = await world.openTab();
    const record = world.vault.record();
    await world.server.sessions.revoke(record?.sessionId ?? '', 'revoked');
    await expect(first.manager.refresh()).rejects.toMatchObject({ code: 'session_ended', reason: 'revoked' });
    await world.clock.settle();
    expect(second.manager.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'revoked' });
  });
});

describe('clocks', () => {
  it('F5 F6: a tab whose clock is an hour off refreshes once per life, never in a loop (S112)', async () => {
    for (const skewMs of [60 * minute, -60 * minute, 24 * 60 * minute]) {
      const world = createWorld();
      const { manager } = await world.openTab({ skewMs, idle: false });
      await manager.signIn({ user: 'ada' }, false);
      await world.clock.advance(30 * minute);
      expect(world.server.refreshes.length).toBeGreaterThanOrEqual(6);
      expect(world.server.refreshes.length).toBeLessThanOrEqual(11);
    }
  });

  it('F7: a clock that is set forth and back costs at most one extra refresh', async () => {
    const world = createWorld({ accessMs: 3_600_000 });
    const { manager, tab } = await world.signedIn();
    tab.clock.step(120 * minute);
    await manager.accessToken(undefined);
    await world.clock.advance(1000);
    tab.clock.step(-120 * minute);
    await manager.accessToken(undefined);
    await world.clock.advance(minute);
    expect(world.server.refreshes.length).toBeLessThanOrEqual(1);
    expect(manager.state.getState().status).toBe('authenticated');
    expect(manager.idle.getState().phase).toBe('active');
  });

  it('F4: an access token of 30 days is not refreshed in the first hour', async () => {
    const world = createWorld({ accessMs: 30 * 24 * 60 * minute });
    const { manager } = await world.openTab({ idle: false });
    await manager.signIn({ user: 'ada' }, true);
    await world.clock.advance(60 * minute);
    expect(world.server.refreshes).toEqual([]);
  });

  it('the absolute end warns, cannot be extended, and ends with its own reason even offline', async () => {
    const world = createWorld();
    const { manager, events, tab } = await world.signedIn();
    for (let hour = 0; hour < 47; hour++) {
      await world.clock.advance(15 * minute);
      tab.platform.act();
    }
    await world.clock.advance(11 * minute);
    expect(events).toContain('absolute_warning');
    world.server.down = true;
    manager.stayActive();
    await world.clock.advance(5 * minute);
    expect(manager.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'absolute_expired' });
  });
});

describe('a token', () => {
  it('is not handed out any more in the very moment of a sign-out, here or when another tab hears of it', async () => {
    const world = createWorld();
    const first = await world.signedIn();
    const second = await world.openTab();
    const heard: Array<string | null> = [];
    second.manager.state.subscribe(() => heard.push(second.manager.peek()));
    const out = first.manager.signOut();
    expect(first.manager.peek()).toBeNull();
    await expect(first.manager.accessToken(undefined)).rejects.toMatchObject({ code: 'session_ended' });
    await out;
    await world.clock.settle();
    expect(heard).toEqual([null]);
  });

  it('asked for in a loop is not believed beyond the loop’s task, nor beyond a sign-out in it', async () => {
    const world = createWorld();
    const { manager } = await world.signedIn('ada', { idle: false });
    const loop = async (times: number): Promise<Set<string>> => {
      const tokens = new Set<string>();
      for (let call = 0; call < times; call++) tokens.add(await manager.accessToken(undefined));
      return tokens;
    };
    expect([...(await loop(200))]).toEqual([expect.stringMatching(/^access-ada-0/)]);
    await world.clock.advance(1);
    world.clock.sleep(6 * minute);
    expect([...(await loop(200))]).toEqual([expect.stringMatching(/^access-ada-1/)]);
    await loop(200);
    const out = manager.signOut();
    await expect(manager.accessToken(undefined)).rejects.toMatchObject({ code: 'session_ended' });
    await out;
  });
});

describe('quiet', () => {
  it('H11: ten idle minutes: no timer shorter than 30 s, no storage read, no request', async () => {
    const world = createWorld({ accessMs: 3_600_000 });
    await world.signedIn();
    const { reads, writes } = world.vault;
    for (let second = 0; second < 600; second++) {
      await world.clock.advance(1000);
      for (const delay of world.clock.pendingDelays()) expect(delay).toBeGreaterThan(30_000);
    }
    expect([world.vault.reads, world.vault.writes]).toEqual([reads, writes]);
    expect([world.server.refreshes.length, world.server.touches, world.server.timeRequests]).toEqual([0, 0, 0]);
  });

  it('I7: twenty times focus: no event, no render, no request', async () => {
    const world = createWorld();
    const { manager, tab, events } = await world.signedIn();
    const before = events.length;
    let renders = 0;
    manager.state.subscribe(() => (renders += 1));
    for (let time = 0; time < 20; time++) {
      tab.platform.emit('look');
      await world.clock.advance(100);
    }
    expect([events.length - before, renders, world.server.refreshes.length]).toEqual([0, 0, 0]);
  });

  it('C6: a valid token is handed out without storage, lock or network', async () => {
    const world = createWorld();
    const { manager } = await world.signedIn();
    await manager.accessToken(undefined);
    const { reads, writes } = world.vault;
    for (let call = 0; call < 1000; call++) {
      await manager.accessToken(undefined);
      if (call % 100 === 0) await world.clock.advance(5000);
    }
    expect([world.vault.reads, world.vault.writes]).toEqual([reads, writes]);
  });
});

describe('activity', () => {
  it('J7: refreshes do not count; J10: the server hears of the person, and only of the person', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn();
    await world.clock.advance(20 * minute);
    expect(world.server.touches).toBe(0);
    tab.platform.act();
    await world.clock.advance(2 * minute);
    expect(world.server.touches).toBe(1);
    await world.clock.advance(25 * minute);
    expect(manager.state.getState().status).toBe('authenticated');
    await world.clock.advance(5 * minute);
    expect(manager.state.getState()).toMatchObject({ endReason: 'idle' });
  });

  it('is written down when the tab is hidden, and not on the page’s way out, where an open transaction costs its cache entry', async () => {
    const world = createWorld();
    const { tab } = await world.signedIn();
    const actLater = async (): Promise<number> => {
      tab.platform.act();
      await world.clock.advance(2000);
      tab.platform.act();
      await world.clock.settle();
      return world.vault.writes;
    };
    const before = await actLater();
    tab.platform.emit('hidden');
    await world.clock.settle();
    expect(world.vault.writes).toBe(before + 1);
    const later = await actLater();
    tab.platform.emit('away');
    tab.platform.emit('hidden');
    await world.clock.settle();
    expect(world.vault.writes).toBe(later);
  });

  it('J6: a hold counts as activity for as long as it lasts', async () => {
    const world = createWorld();
    const { manager, events } = await world.signedIn();
    const release = manager.hold();
    await world.clock.advance(3 * 60 * minute);
    expect(manager.state.getState().status).toBe('authenticated');
    expect(events).not.toContain('idle_warning');
    release();
    await world.clock.advance(31 * minute);
    expect(manager.state.getState()).toMatchObject({ endReason: 'idle' });
  });

  it('after the limit counts for nothing, whether or not the server can be asked', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn();
    world.clock.sleep(120 * minute);
    world.server.down = true;
    tab.platform.act();
    tab.platform.emit('look');
    await world.clock.advance(5000);
    expect(manager.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
  });

  it('with extendBy answer, only stayActive() ends a warning', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn('ada', {
      idle: { timeout: '10m', warning: '2m', extendBy: 'answer' },
    });
    await world.clock.advance(9 * minute);
    tab.platform.act();
    expect(manager.idle.getState().phase).toBe('warning');
    manager.stayActive();
    expect(manager.idle.getState().phase).toBe('active');
  });
});

describe('listeners', () => {
  it('A9: may call back into the manager, hang, or be many', async () => {
    const world = createWorld();
    const { manager } = await world.signedIn('ada', { idle: false });
    const done: string[] = [];
    manager.on('refreshed', () => new Promise(() => {}));
    manager.on('refreshed', async () => {
      await manager.accessToken(undefined);
      done.push('token');
      await manager.signOut();
      done.push('signed out');
    });
    await manager.refresh();
    await world.clock.advance(100);
    expect(done).toEqual(['token', 'signed out']);
  });

  it('the hook that hangs holds signOut() for five seconds at most', async () => {
    const world = createWorld();
    const { manager } = await world.signedIn('ada', { onSignedOut: () => new Promise(() => {}) });
    const out = manager.signOut();
    await world.clock.advance(5000);
    await out;
    expect(manager.state.getState().status).toBe('unauthenticated');
  });

  it('a sign-out overtakes a sign-in that is under way, and its session is ended', async () => {
    const world = createWorld();
    const { manager } = await world.openTab();
    world.server.latencyMs = 1000;
    const signIn = manager.signIn({ user: 'ada' }, false).catch((error: SessionError) => error.code);
    await world.clock.advance(500);
    await manager.signOut();
    await world.clock.advance(2000);
    expect(await signIn).toBe('aborted');
    expect(manager.state.getState().status).toBe('unauthenticated');
    expect(world.server.revocations).toHaveLength(1);
  });
});
