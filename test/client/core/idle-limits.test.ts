import { expect, test } from 'vitest';
import { createWorld } from './world.ts';

const minute = 60_000;

test.each<[string, { idle?: { timeout: string } }, number]>([
  ['nothing', {}, 30],
  ['a shorter limit', { idle: { timeout: '10m' } }, 10],
  ['a longer limit', { idle: { timeout: '2h' } }, 30],
])(
  'of the limits of the app and of the server (30 minutes) the shorter one is shown and warned of: the app says %s',
  async (_, options, minutes) => {
    const world = createWorld();
    const { manager, events } = await world.signedIn('ada', options);
    const limit = minutes * minute;
    expect(manager.idle.getState()).toMatchObject({ deadline: world.clock.now() + limit });
    await world.clock.advance(limit - 2 * minute + 1000);
    expect(events).toContain('idle_warning');
    expect(manager.state.getState()).toMatchObject({ status: 'authenticated' });
    await world.clock.advance(2 * minute);
    expect(manager.state.getState()).toMatchObject({ endReason: 'idle' });
  },
);
