import { expect, it } from 'vitest';
import { createWorld, type OpenTab, type World } from '../client/core/world.ts';

const minute = 60_000;

/** A tab of this version, open while a later version of the app takes over what is stored. */
async function overtaken(): Promise<{ world: World; old: OpenTab }> {
  const world = createWorld();
  const old = await world.signedIn('ada', { idle: false });
  world.vault.makeNewer();
  return { world, old };
}

it.each(['by its timer', 'when it is looked at', 'when it is asked for tokens'])(
  'B9: a tab of the old version that meets the storage of a later one %s ends nothing there and wipes nothing',
  async (how) => {
    const { world, old } = await overtaken();
    const before = world.wires.posted.length;
    for (let step = 0; step < 60; step++) {
      await world.clock.advance(20_000);
      if (how.includes('looked')) old.tab.platform.emit('look');
      if (how.includes('asked')) await old.manager.accessToken(undefined).catch(() => {});
    }
    expect(world.vault.contents().trouble).toBe('newer');
    // The session goes on in the tabs of the later version.
    expect(world.server.revocations).toEqual([]);
    expect(world.wires.posted.slice(before).filter(({ type }) => type === 'ended')).toEqual([]);
    expect(world.server.refreshes).toEqual([]);
  },
);

it('B9: a tab of the old version serves its access token to the end, and then says that it must be reloaded', async () => {
  const { world, old } = await overtaken();
  old.tab.platform.emit('look');
  await world.clock.advance(4 * minute);
  expect(await old.manager.accessToken(undefined)).toMatch(/^access-ada-0/);
  expect(old.manager.state.getState().status).toBe('authenticated');
  await world.clock.advance(2 * minute);
  await expect(old.manager.accessToken(undefined)).rejects.toMatchObject({ name: 'SessionError' });
});

it('B9: idleness that a tab of the old version finds ends nothing but that tab', async () => {
  const world = createWorld();
  const old = await world.signedIn('ada');
  const before = world.wires.posted.length;
  world.vault.makeNewer();
  await world.clock.advance(40 * minute);
  expect(old.manager.state.getState().status).toBe('unauthenticated');
  expect(world.server.revocations).toEqual([]);
  expect(world.wires.posted.slice(before).filter(({ type }) => type === 'ended')).toEqual([]);
});

it('B9: a sign-out in a tab of the old version is meant: the server hears of it', async () => {
  const { world, old } = await overtaken();
  await old.manager.signOut();
  await world.clock.advance(10_000);
  expect(world.server.revocations).toHaveLength(1);
  expect(world.vault.contents().trouble).toBe('newer');
});

it('H3: a sign-out after storage was emptied behind the page’s back reaches the server, and a reload tells of it', async () => {
  const world = createWorld();
  const { manager } = await world.signedIn();
  world.vault.clear();
  await manager.signOut();
  await world.clock.advance(10_000);
  expect(world.server.revocations).toHaveLength(1);
  const { manager: next } = await world.openTab();
  expect(next.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
});
