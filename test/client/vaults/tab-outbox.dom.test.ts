import { beforeEach, expect, test } from 'vitest';
import { tabVault } from '../../../src/client/vaults/tab.ts';
import { createWorld, type OpenTab, type World } from '../core/world.ts';

let count = 0;
beforeEach(() => sessionStorage.clear());

/** A browser whose tabs keep what they know for themselves, in a database that is new to each test. */
function tabsApart(): World & { openApart(): Promise<OpenTab>; pass(): Promise<void> } {
  const name = `apart ${count++}`;
  const world = createWorld();
  /** Storage takes turns of the event loop, and no time. */
  const pass = async (): Promise<void> => {
    for (let turn = 0; turn < 100; turn++) await world.clock.settle();
  };
  async function openApart(): Promise<OpenTab> {
    sessionStorage.clear();
    const opened = await world.openTab({ through: (_, { platform }) => tabVault(name, platform) });
    await pass();
    return opened;
  }
  return { ...world, openApart, pass };
}

/** Ada signs out without a network, and closes the tab. */
async function leave(world: ReturnType<typeof tabsApart>): Promise<void> {
  const { manager, tab } = await world.openApart();
  const signIn = manager.signIn({ user: 'ada' }, false);
  await world.pass();
  await signIn;
  world.server.down = true;
  const out = manager.signOut();
  await world.pass();
  await out;
  tab.close();
  world.server.down = false;
}

test('a sign-out without a network, in a tab that was closed then, reaches the server by the next tab that opens', async () => {
  const world = tabsApart();
  await leave(world);
  expect(world.server.revocations).toEqual([]);
  const next = await world.openApart();
  expect(world.server.revocations).toHaveLength(1);
  expect(next.manager.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: null });
});

test('a sign-out without a network, in a tab that was closed then, reaches the server by a tab that looks again', async () => {
  const world = tabsApart();
  const open = await world.openApart();
  await leave(world);
  await world.clock.advance(10_000);
  expect(world.server.revocations).toEqual([]);
  open.tab.platform.emit('look');
  await world.pass();
  expect(world.server.revocations).toHaveLength(1);
  open.tab.platform.emit('look');
  await world.pass();
  expect(world.server.revocations).toHaveLength(1);
});
