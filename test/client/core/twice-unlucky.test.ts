import { describe, expect, it } from 'vitest';
import type { LiveRecord } from '../../../src/client/core/record.ts';
import { createWorld, type World } from './world.ts';

const minute = 60_000;

function liveIn({ vault }: World): LiveRecord {
  const record = vault.record();
  if (record?.kind !== 'live') throw new Error('expected a session in storage');
  return record;
}

/** Signed in and refreshed once; `earlier` is what storage held before that. */
async function refreshedOnce() {
  const world = createWorld();
  const { manager, tab } = await world.signedIn('ada', { idle: false });
  const earlier = liveIn(world);
  await manager.refresh();
  return { world, manager, tab, earlier };
}

describe('storage', () => {
  it('that shows nothing and then an earlier rotation has lost a write, not the session', async () => {
    const { world, manager, tab, earlier } = await refreshedOnce();
    world.vault.clear();
    tab.platform.emit('look');
    await world.clock.advance(minute);
    world.vault.put({ record: earlier });
    await world.clock.advance(5 * minute);
    expect(manager.state.getState().status).toBe('authenticated');
    expect(await manager.accessToken(undefined)).toMatch(/^access-ada-2/);
    expect(liveIn(world).generation).toBe(2);
    expect(world.server.refreshes).toEqual(['rotated', 'rotated']);
  });

  it('that shows an earlier rotation does not prolong a session that the server no longer renews', async () => {
    const { world, manager, earlier } = await refreshedOnce();
    world.server.faults.push({ kind: 'answer', answer: { kind: 'ended', reason: 'refresh_rejected', foreign: true } });
    await expect(manager.refresh()).rejects.toMatchObject({ reason: 'refresh_rejected' });
    world.vault.put({ record: earlier });
    await world.clock.advance(5 * minute + 1);
    expect(manager.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'refresh_rejected' });
    expect(world.vault.record()).toMatchObject({ kind: 'ended', reason: 'refresh_rejected' });
  });

  it('that shows a newer access token of the same rotation prolongs a session that seemed to be renewed no more', async () => {
    const { world, manager } = await refreshedOnce();
    world.server.faults.push({ kind: 'answer', answer: { kind: 'ended', reason: 'refresh_rejected', foreign: true } });
    await expect(manager.refresh()).rejects.toMatchObject({ reason: 'refresh_rejected' });
    const known = liveIn(world);
    world.vault.put({
      record: { ...known, accessToken: 'access-of-a-sibling', expiresAt: known.expiresAt + 10 * minute },
    });
    await world.clock.advance(5 * minute + 1);
    expect(manager.state.getState().status).toBe('authenticated');
    expect(manager.peek()).toBe('access-of-a-sibling');
  });
});
