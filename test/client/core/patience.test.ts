import { describe, expect, it } from 'vitest';
import { SessionError } from '../../../src/protocol/session-error.ts';
import type { SessionEvents } from '../../../src/client/core/session-events.ts';
import { createWorld } from './world.ts';

const second = 1000;
const minute = 60 * second;

describe('after a failure', () => {
  const limited = new SessionError('rate_limited', 'The server asks for patience.', {
    status: 429,
    retryAfterMs: minute,
  });

  it('the browser’s word that there is a network does not shorten what the server asked for', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn('ada', { idle: false });
    world.server.faults.push({ kind: 'answer', answer: { kind: 'failed', error: limited } });
    await expect(manager.refresh()).rejects.toMatchObject({ code: 'rate_limited' });
    await world.clock.advance(5 * second);
    tab.platform.setOnline(true);
    const again = await manager.refresh().catch((error: unknown) => error);
    expect(again).toMatchObject({ code: 'rate_limited', status: 429, retryable: true });
    expect(world.server.refreshes).toEqual(['fault']);
  });

  it('the browser’s word that there is a network ends a pause of our own', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn('ada', { idle: false });
    const error = new SessionError('server_error', 'The server is away.', { retryAfterMs: 0 });
    for (let n = 0; n < 5; n++) {
      world.server.faults.push({ kind: 'answer', answer: { kind: 'failed', error } });
      await manager.refresh().catch(() => {});
      await world.clock.advance((n < 4 ? 20 : 2) * second);
    }
    await expect(manager.refresh()).rejects.toMatchObject({ code: 'server_error' });
    tab.platform.setOnline(true);
    await manager.refresh();
    expect(world.server.refreshes.at(-1)).toBe('rotated');
  });

  it('that nothing can mend, the app is told at once, and once', async () => {
    const world = createWorld();
    const { manager } = await world.signedIn('ada', { idle: false });
    const failures: Array<SessionEvents['refresh_failed']> = [];
    manager.on('refresh_failed', (failure) => failures.push(failure));
    world.server.faults.push({ kind: 'answer', answer: { kind: 'ended', reason: 'refresh_rejected', foreign: true } });
    await expect(manager.refresh()).rejects.toMatchObject({ reason: 'refresh_rejected' });
    await expect(manager.refresh()).rejects.toMatchObject({ reason: 'refresh_rejected' });
    expect(failures).toMatchObject([{ error: { reason: 'refresh_rejected', retryable: false }, retryInMs: null }]);
  });
});

describe('storage', () => {
  it('that fails after the page was away is not read again and again without a pause', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn('ada', { idle: false });
    await world.clock.advance(4 * minute);
    world.vault.refuse('read');
    tab.platform.emit('look');
    const { reads } = world.vault;
    await world.clock.advance(10 * minute);
    expect(world.vault.reads - reads).toBeLessThan(300);
    world.vault.heal();
    await world.clock.advance(10 * second);
    expect(manager.token.getState().freshness).toBe('fresh');
  });

  it('that is there again after a fallback is read at once, and what waited in it is handed in', async () => {
    const world = createWorld();
    const { tab } = await world.signedIn();
    const kept = world.vault.contents();
    tab.close();
    world.vault.clear();
    world.vault.fallBack('memory');
    const { manager, events } = await world.openTab();
    const outbox = [{ sessionId: 'old', revocationToken: 'a revocation token', at: 0 }];
    world.vault.put({ ...kept, outbox });
    world.vault.fallBack('persistent', null);
    await world.clock.settle();
    expect(manager.state.getState()).toMatchObject({ status: 'authenticated', persistence: 'persistent' });
    expect(world.server.revocations).toHaveLength(1);
    expect(events).not.toContain('storage_degraded');
  });

  it('that shows nothing while the page is away decides nothing', async () => {
    const world = createWorld();
    const { manager, tab } = await world.signedIn('ada', { idle: false });
    world.server.down = true;
    await world.clock.advance(5 * minute - second);
    const kept = world.vault.contents();
    tab.platform.emit('away');
    world.vault.clear();
    await world.clock.advance(minute);
    world.vault.rollBack(kept);
    tab.platform.emit('back');
    await world.clock.advance(second);
    expect(manager.state.getState().status).toBe('authenticated');
    expect(world.vault.record()).toMatchObject({ kind: 'live' });
  });
});

describe('a manager that was disposed', () => {
  it('hands out nothing: it would not hear of a sign-out', async () => {
    const world = createWorld();
    const { manager } = await world.signedIn();
    await manager.accessToken(undefined);
    manager.dispose();
    expect(manager.peek()).toBeNull();
    await expect(manager.accessToken(undefined)).rejects.toMatchObject({ code: 'disposed' });
  });
});
