import { describe, expect, it } from 'vitest';
import type { Grant } from '../../../src/client/core/transport.ts';
import type { EndedRecord, LiveRecord } from '../../../src/client/core/record.ts';
import { createWorld, type World } from './world.ts';

/** Tokens that somebody else got: a redirect, a native shell, another library. */
function tokens(world: World, generation: number, sessionId = 's1'): Grant {
  return {
    sessionId,
    generation,
    accessToken: `given-${sessionId}-${generation}`,
    tokenType: 'Bearer',
    refreshToken: `refresh-${sessionId}-${generation}`,
    revocationToken: `revoke-${sessionId}`,
    lifeMs: 300_000,
    serverTime: world.clock.now(),
    user: { id: 'ada' },
  };
}

/** The same, as another tab wrote them to storage, without this tab's knowledge. */
async function stored(world: World, generation: number): Promise<LiveRecord> {
  const { manager, tab } = await world.openTab();
  world.wires.deliver(() => []);
  await manager.adopt(tokens(world, generation), undefined);
  tab.crash();
  const record = world.vault.record();
  if (record?.kind !== 'live') throw new Error('expected a session');
  return record;
}

describe('tokens from elsewhere', () => {
  it('of a session that is over are not taken over, although only storage knows that it is', async () => {
    const world = createWorld();
    const { manager, events } = await world.openTab();
    const record: EndedRecord = {
      version: 1,
      kind: 'ended',
      sessionId: 's1',
      generation: 0,
      userId: 'ada',
      reason: 'revoked',
      at: world.clock.now(),
    };
    world.vault.put({ record });
    await manager.adopt(tokens(world, 1), undefined);
    await world.clock.settle();
    expect(manager.state.getState().status).toBe('unauthenticated');
    expect(world.vault.record()).toEqual(record);
    expect(events).not.toContain('signed_in');
  });

  it.each([{}, { id: '' }, { id: 7 }, 'ada'])('are refused for %j, who has no id that is a text', async (user) => {
    const world = createWorld();
    const { manager } = await world.openTab();
    const { user: _, ...nobodys } = tokens(world, 0);
    await expect(manager.adopt(nobodys, user as { id: string })).rejects.toMatchObject({ code: 'invalid_argument' });
    expect([manager.state.getState().status, world.vault.record()]).toEqual(['unauthenticated', null]);
  });

  it.each([[2], [1]])('of generation %i are not taken over where storage holds the second', async (generation) => {
    const world = createWorld();
    const { manager } = await world.openTab();
    const record = await stored(world, 2);
    const adopted = { ...tokens(world, generation), accessToken: 'older' };
    await manager.adopt(adopted, undefined);
    await world.clock.settle();
    expect(world.vault.record()).toEqual(record);
    expect(manager.peek()).not.toBe('older');
  });

  it('that are newer than what storage holds are taken over (S110)', async () => {
    const world = createWorld();
    const { manager } = await world.openTab();
    await stored(world, 2);
    await manager.adopt(tokens(world, 3), undefined);
    expect([manager.peek(), world.vault.record()?.generation]).toEqual(['given-s1-3', 3]);
  });

  it('of the session that storage holds, and will not replace, are refused: two records of one session look like theft', async () => {
    const world = createWorld();
    const { manager } = await world.openTab();
    const record = await stored(world, 0);
    world.vault.refuse('update');
    await expect(manager.adopt(tokens(world, 1), undefined)).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(world.vault.record()).toEqual(record);
    expect(manager.peek()).not.toBe('given-s1-1');
    expect(manager.state.getState().persistence).toBe('persistent');
  });

  it('of another session than storage holds live in memory when storage refuses them', async () => {
    const world = createWorld();
    const { manager } = await world.openTab();
    const record = await stored(world, 0);
    world.vault.refuse('update');
    await manager.adopt(tokens(world, 0, 's2'), undefined);
    expect(manager.peek()).toBe('given-s2-0');
    expect(manager.state.getState().persistence).toBe('memory');
    expect(world.vault.record()).toEqual(record);
  });
});
