import { expect, it } from 'vitest';
import { createWorld } from './world.ts';

it('a revocation is handed in soon after storage refused to show the outbox', async () => {
  const world = createWorld();
  const { manager } = await world.signedIn();
  await manager.signOut();
  world.vault.refuse('read', 2);
  await world.clock.advance(5000);
  expect(world.server.revocations).toHaveLength(1);
  expect(world.vault.contents().outbox).toEqual([]);
});
