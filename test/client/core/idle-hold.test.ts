import { expect, it } from 'vitest';
import { createWorld } from './world.ts';

it('J6: a hold in one tab, hours long, never lets another one show the warning', async () => {
  const world = createWorld();
  const first = await world.signedIn();
  const second = await world.openTab();
  const letGo = first.manager.hold();
  await world.clock.advance(3 * 3_600_000);
  expect([first, second].flatMap(({ events }) => events).filter((name) => name === 'idle_warning')).toEqual([]);
  expect(second.manager.state.getState().status).toBe('authenticated');
  letGo();
  await world.clock.advance(27 * 60_000);
  expect(second.manager.idle.getState().phase).toBe('active');
  await world.clock.advance(2 * 60_000);
  expect(second.manager.idle.getState().phase).toBe('warning');
});

it('J6: a hold that is let go after its manager was disposed of, or after the end, does nothing', async () => {
  const world = createWorld();
  const [first, second] = [await world.signedIn(), await world.openTab()];
  const letGo = [first.manager.hold(), second.manager.hold()];
  first.manager.dispose();
  const { writes } = world.vault;
  const { length } = world.wires.posted;
  letGo[0]?.();
  await world.clock.settle();
  expect([world.vault.writes, world.wires.posted.length]).toEqual([writes, length]);
  await second.manager.signOut();
  letGo[1]?.();
  await world.clock.settle();
  expect(second.manager.idle.getState()).toMatchObject({ phase: 'active', deadline: null });
});
