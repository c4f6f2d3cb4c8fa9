import { expect, test } from 'vitest';
import { createWorld } from './world.ts';

test('a tab that can make no key says so once, after its sign-in, and no other tab does', async () => {
  const world = createWorld();
  const other = await world.openTab();
  const opened = await world.openTab({ keys: 'none' });
  await opened.manager.signIn({ user: 'ada' }, false);
  await world.clock.settle();
  expect([opened.events, other.events]).toEqual([['signed_in', 'binding_unavailable'], ['signed_in']]);
});

test('nobody says so where keys can be made, or where nothing is to be bound', async () => {
  const world = createWorld();
  const opened = await world.signedIn();
  const unbound = await world.signedIn('ada', { binding: 'none' });
  for (const { events } of [opened, unbound]) expect(events).not.toContain('binding_unavailable');
});
