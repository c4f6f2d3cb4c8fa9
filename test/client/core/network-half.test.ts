import { describe, expect, it } from 'vitest';
import { createWorld, type World } from './world.ts';

/** Counts the streams that are open now. */
function streams(): { open: number; stream: NonNullable<NonNullable<Parameters<World['openTab']>[0]>['stream']> } {
  const counted = {
    open: 0,
    stream: () => (signal: unknown) =>
      new Promise<void>((resolve) => {
        counted.open += 1;
        const end = (): void => {
          counted.open -= 1;
          resolve();
        };
        (signal as AbortSignal).addEventListener('abort', end);
      }),
  };
  return counted;
}

describe('the event stream', () => {
  it('opens after a sign-in in this tab, and not before, and closes with the sign-out', async () => {
    const world = createWorld();
    const counted = streams();
    const { manager, hasNetwork } = await world.openTab({ stream: counted.stream });
    await world.clock.advance(1000);
    expect([counted.open, hasNetwork()]).toEqual([0, false]);
    await manager.signIn({ user: 'ada' }, false);
    await world.clock.settle();
    expect(counted.open).toBe(1);
    await manager.signOut();
    await world.clock.settle();
    expect(counted.open).toBe(0);
  });

  it('opens after a sign-in that was heard from another tab, and not before', async () => {
    const world = createWorld();
    const counted = streams();
    const listening = await world.openTab({ stream: counted.stream });
    const other = await world.openTab();
    expect(counted.open).toBe(0);
    await other.manager.signIn({ user: 'ada' }, false);
    await world.clock.settle();
    expect([counted.open, listening.hasNetwork()]).toEqual([1, true]);
  });

  it('opens in a tab that finds a session, and closes when its manager is disposed of', async () => {
    const world = createWorld();
    const counted = streams();
    const { tab } = await world.signedIn();
    tab.close();
    const opened = await world.openTab({ stream: counted.stream });
    expect(counted.open).toBe(1);
    opened.manager.dispose();
    await world.clock.settle();
    expect(counted.open).toBe(0);
  });
});

describe('the half that needs the network', () => {
  it('that could not be loaded once is tried again, and the stream opens then', async () => {
    const world = createWorld();
    const counted = streams();
    await world.signedIn();
    const opened = await world.openTab({ stream: counted.stream, unloadable: 1 });
    await world.clock.settle();
    opened.tab.platform.emit('look');
    await world.clock.settle();
    expect([opened.hasNetwork(), counted.open]).toEqual([true, 1]);
  });
});
